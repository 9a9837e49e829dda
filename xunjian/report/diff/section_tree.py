"""The page's tree: sites, devices, and the sections that changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xunjian.config.model import Risk
from xunjian.language import Text
from xunjian.report.diff.figures import worst
from xunjian.report.diff.view import DeviceView, SectionView, TreeNode


@dataclass(slots=True)
class _Branch:
    """A section while the tree grows. own: the changes right in it, if any."""

    name: str
    own: SectionView | None = None
    children: dict[str, "_Branch"] = field(default_factory=dict)


def site_tree(devices: Sequence[DeviceView]) -> tuple[TreeNode, ...]:
    """Draw the tree; without sites the devices stand on top."""
    sites: dict[str, list[TreeNode]] = {}
    for device in devices:
        sites.setdefault(device.diff.site, []).append(_device(device))
    if set(sites) <= {""}:
        return tuple(node for nodes in sites.values() for node in nodes)
    titles = {device.diff.site: device.diff.site_title for device in devices}
    return tuple(
        _above(titles[site] or site or "—", "", nodes) for site, nodes in sorted(sites.items())
    )


def _device(device: DeviceView) -> TreeNode:
    root = _Branch("")
    top: list[TreeNode] = []
    for section in device.sections:
        if not section.path:
            top.append(_leaf(section.name, section))
            continue
        branch = root
        for name in section.path:
            branch = branch.children.setdefault(name, _Branch(name))
        branch.own = section
    sections = [*top, *(_section(branch) for branch in root.children.values())]
    node = _above(device.diff.label or device.diff.device, device.anchor, sections)
    return replace(node, trouble=bool(device.diff.not_compared) or not device.trusted)


def _section(branch: _Branch) -> TreeNode:
    """Draw a branch; a chain of sections with nothing beside it becomes one line."""
    name = branch.name
    while branch.own is None and len(branch.children) == 1:
        (branch,) = branch.children.values()
        name = f"{name} › {branch.name}"
    children = [_section(child) for child in branch.children.values()]
    if branch.own is None:
        return _above(name, "", children)
    leaf = _leaf(Text(name, name), branch.own)
    whole = _above(name, leaf.anchor, [leaf, *children])
    return replace(whole, children=tuple(children))


def _leaf(name: Text, section: SectionView) -> TreeNode:
    return TreeNode(
        name=name, anchor=section.anchor, worst=section.worst, count=len(section.changes)
    )


def _above(name: str, anchor: str, children: Sequence[TreeNode]) -> TreeNode:
    risks: list[Risk] = [child.worst for child in children if child.worst]
    return TreeNode(
        name=Text(name, name),
        anchor=anchor,
        worst=worst(risks),
        count=sum(child.count for child in children),
        children=tuple(children),
    )
