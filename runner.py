"""Run xunjian from a checkout: `python runner.py …` is the same as the installed `xunjian …`."""

from xunjian.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
