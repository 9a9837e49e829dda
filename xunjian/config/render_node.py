"""A node as lines of text, one blank per level."""

from collections.abc import Iterator

from xunjian.config.model import Node


def node_lines(node: Node, depth: int = 0) -> Iterator[str]:
    """Give the node's lines; those of a value of several lines stand as they are."""
    first, *rest = node.text.split("\n")
    yield " " * depth + first
    yield from rest
    for child in node.children:
        yield from node_lines(child, depth + 1)


def first_line(node: Node) -> str:
    """The line that names a node."""
    return node.text.split("\n", 1)[0]
