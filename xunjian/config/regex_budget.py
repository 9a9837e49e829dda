"""Patterns measured on nasty texts, in a process that can be ended: one that backtracks is refused.

Run as a program it is that process: patterns come in as JSON, `number seconds` lines go out.
"""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

BUDGET_S = 0.25
"""For one text of 4,096 characters; a good pattern takes less than a thousandth of it."""

_LENGTH = 4096
_UNBOUNDED = re.compile(r"(?<!\\)(?:\\\\)*[*+]|\{\d*,\d*\}")


def too_slow(patterns: Sequence[str], budget_s: float = BUDGET_S) -> frozenset[str]:
    """Give the patterns that take longer than the budget on some text."""
    waiting = sorted({pattern for pattern in patterns if not _is_linear(pattern)})
    slow: set[str] = set()
    while waiting:
        done = _measure(waiting, budget_s)
        slow |= {waiting[n] for n, took in done if took > budget_s}
        if len(done) == len(waiting):
            break
        slow.add(waiting[len(done)])  # the process was ended in this one
        waiting = waiting[len(done) + 1 :]
    return frozenset(slow)


def _is_linear(pattern: str) -> bool:
    """Anchored, without branches outside, and with one repetition at most."""
    return pattern.startswith("^") and "|" not in pattern and len(_UNBOUNDED.findall(pattern)) <= 1


def _measure(patterns: Sequence[str], budget_s: float) -> list[tuple[int, float]]:
    """Results as far as they came."""
    import json

    limit_s = 5 + 20 * budget_s  # a whole pack takes less than a second
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", __file__],
            input=json.dumps([list(patterns), budget_s]),
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode() if error.stdout else ""
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(parts[0]), float(parts[1])) for parts in lines]


def nasty_texts(pattern: str) -> Iterator[str]:
    """Texts that make a careless pattern backtrack: runs of what it repeats, and no end."""
    bare = re.sub(r"\\.|\[[^\]]*\]|\(\?P?<\w+>|\(\?\w*:?", " ", pattern)
    words = re.findall(r"[A-Za-z0-9_-]+", bare)
    pumps = [" ", "a", "1", "a ", '"', "aA1$ ", "1,", "/a", "$", "<a>"]
    pumps += [word + " " for word in words[:2]]
    for head in dict.fromkeys(["", *words[:1], " ".join(words[:2])]):
        for pump in pumps:
            run = pump * (_LENGTH // len(pump))
            yield f"{head} {run}"[:_LENGTH] + "\x01"
            yield f"{head}{run}"[:_LENGTH] + "\x01"


class _TimeUp(Exception):
    """The pattern under way used up its time."""


def _time_up(_signal: int, _frame: object) -> None:
    raise _TimeUp


def _took(pattern: str, budget_s: float) -> float:
    """CPU seconds on the worst text, or twice the budget as soon as one takes longer."""
    compiled = re.compile(pattern, re.MULTILINE)
    worst = 0.0
    for text in nasty_texts(pattern):
        start = time.process_time()
        if hasattr(signal, "setitimer"):  # `re` looks for signals while it works
            signal.setitimer(signal.ITIMER_VIRTUAL, budget_s)
        try:
            compiled.search(text)
        except _TimeUp:
            return 2 * budget_s
        worst = max(worst, time.process_time() - start)
        if worst > budget_s:
            break
    return worst


def _main() -> None:
    import json

    patterns, budget_s = json.load(sys.stdin)
    if hasattr(signal, "SIGVTALRM"):
        signal.signal(signal.SIGVTALRM, _time_up)
    for n, pattern in enumerate(patterns):
        worst = _took(pattern, budget_s)
        sys.__stdout__.write(f"{n} {worst:.4f}\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    _main()
