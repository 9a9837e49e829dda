"""`python -m xunjian` is the same as `xunjian`."""

from xunjian.cli import main

raise SystemExit(main())
