"""The difference as unified text: for reading in a terminal or a mail, not for `patch`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from xunjian.config.model import Change, ChangeKind, ConfigDiff, Side
from xunjian.language import Language
from xunjian.report.diff.figures import count, headline, is_tolerated, renamed, section, troubles
from xunjian.report.diff.lines import Piece, side_by_side
from xunjian.report.diff.seen import seen, without_line_ends
from xunjian.report.diff.words import (
    APPROVAL_WORDS,
    KIND_WORDS,
    RISK_WORDS,
)
from xunjian.report.words import word


def as_unified(diffs: Sequence[ConfigDiff], language: Language) -> bytes:
    """Render the difference; lines that start with `#` are remarks."""
    lines = [f"# {headline(count(diffs)).to(language)}"]
    for diff in diffs:
        lines += _device(diff, language)
    return ("\n".join(lines) + "\n").encode()


def _device(diff: ConfigDiff, language: Language) -> Iterator[str]:
    for _code, texts in troubles(diff):
        said = ": ".join(text.to(language) for text in texts)
        yield without_line_ends(f"# {diff.device}: {said}")
    if diff.changes:
        yield f"--- {_side(diff, diff.left)}"
        yield f"+++ {_side(diff, diff.right)}"
    for change in diff.changes:
        yield from _hunk(change, language)


def _side(diff: ConfigDiff, side: Side) -> str:
    return without_line_ends(side.name or f"{diff.device}/{side.source}")


def _hunk(change: Change, language: Language) -> Iterator[str]:
    words = [
        RISK_WORDS[change.risk].to(language),
        KIND_WORDS[change.kind].to(language),
        change.rule,
        change.id,
    ]
    if is_tolerated(change):
        words.append(word(APPROVAL_WORDS, change.approval.state).to(language))
    if (said := renamed(change)) is not None:
        words.append(said.to(language))
    old = f"-{change.old_line},{len(change.old)}"
    new = f"+{change.new_line},{len(change.new)}"
    where = section(change)
    remark = f"[{' · '.join(words)}]"
    yield without_line_ends(f"@@ {old} {new} @@ {where} {remark}".replace("  ", " "))
    if change.kind is ChangeKind.MOVED:
        yield from _moved(change)
        return
    for is_same, run in groupby(side_by_side(change), key=lambda row: row.state == "same"):
        rows = tuple(run)
        if is_same:
            yield from (" " + _text(row.old) for row in rows)
        else:
            yield from ("-" + _text(row.old) for row in rows if row.old)
            yield from ("+" + _text(row.new) for row in rows if row.new)


def _text(pieces: Sequence[Piece]) -> str:
    return seen("".join(piece.text for piece in pieces))


def _moved(change: Change) -> Iterator[str]:
    """Take the lines out between their old neighbours, put them in between the new ones."""
    for sign, lines, (above, below) in (
        ("-", change.old, change.before),
        ("+", change.new, change.after),
    ):
        yield from (" " + seen(above) for _ in range(bool(above)))
        yield from (sign + seen(line) for line in lines)
        yield from (" " + seen(below) for _ in range(bool(below)))
