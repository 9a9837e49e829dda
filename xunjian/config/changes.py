"""Changes put into their form: lines, neighbours, lost and gained members, and lasting names."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from xunjian.config.model import Change, ChangeKind, Node
from xunjian.config.redact import without_fingerprints
from xunjian.config.render_node import first_line, node_lines


def make_change(  # noqa: PLR0913  one call per kind of change, all by name
    kind: ChangeKind,
    path: tuple[str, ...],
    at: tuple[int, ...],
    *,
    old: Sequence[tuple[int, Node]] = (),
    new: Sequence[tuple[int, Node]] = (),
    pairing: str = "exact",
    before: tuple[str, str] = ("", ""),
    after: tuple[str, str] = ("", ""),
    members: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> Change:
    """Put one change together; old and new are nodes with their ranks. The id comes last."""
    return Change(
        id="",
        kind=kind,
        path=path,
        old=tuple(line for _, node in old for line in node_lines(node)),
        new=tuple(line for _, node in new for line in node_lines(node)),
        old_line=old[0][1].line if old else 0,
        new_line=new[0][1].line if new else 0,
        pairing=pairing,
        before=before,
        after=after,
        at=at,
        old_ranks=tuple(rank for rank, _ in old),
        new_ranks=tuple(rank for rank, _ in new),
        old_nodes=tuple(node for _, node in old),
        new_nodes=tuple(node for _, node in new),
        lost=members[0],
        gained=members[1],
    )


def neighbours(nodes: Sequence[Node], rank: int) -> tuple[str, str]:
    """First lines of the nodes above and below; empty at an end."""
    above = first_line(nodes[rank - 1]) if rank > 0 else ""
    below = first_line(nodes[rank + 1]) if rank + 1 < len(nodes) else ""
    return above, below


def with_ids(changes: Sequence[Change], platform: str) -> tuple[Change, ...]:
    """Name each change by what it is: no time, no line number, no fingerprint in it.

    Where order matters, the neighbours are part of what it is: a rule at the top is another
    change than the same rule at the bottom. Equal changes are counted.
    """
    seen: dict[str, int] = {}
    named = []
    for change in changes:
        text = _canonical(change, platform)
        seen[text] = seen.get(text, 0) + 1
        digest = sha256(f"{text}\x00{seen[text]}".encode("utf-8", "surrogatepass")).hexdigest()
        named.append(replace(change, id=f"c-{digest[:10]}"))
    return tuple(named)


def _canonical(change: Change, platform: str) -> str:
    fields = (
        platform,
        "\x01".join(change.path),
        change.kind,
        "\x01".join(change.old),
        "\x01".join(change.new),
        *change.before,
        *change.after,
    )
    return "\x00".join(without_fingerprints(field) for field in fields)
