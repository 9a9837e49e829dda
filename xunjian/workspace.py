"""Where content is found: the workspace's files first, the built-in ones behind them.

A workspace file of the same relative path replaces the built-in one whole; nothing is merged. The
inventory is never overlaid: it is the workspace's own or none.
"""

import fnmatch
import hashlib
import importlib.util
import sys
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from xunjian.errors import ContentError, Problem, UsageError
from xunjian.language import Text

Layer = Literal["workspace", "builtin"]

MARKER = "xunjian.yml"
CONTENT_FOLDERS = ("inventory", "playbooks", "tasks", "templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One content file with its provenance.

    relative: path inside the layer with `/`, e.g. `tasks/switch/environment.yml`.
    shadows: the built-in file that this workspace file replaces.
    """

    layer: Layer
    relative: str
    path: Path
    sha256: str
    shadows: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder with content of its own (or the built-in content alone) and a place for state."""

    root: Path
    builtin: Path
    state_dir: Path

    @property
    def inventory_dir(self) -> Path:
        """The folder of hosts.yml and its companions."""
        return self.root / "inventory"

    @property
    def settings_file(self) -> Path:
        """`xunjian.yml`; it may be absent."""
        return self.root / MARKER

    @property
    def known_hosts(self) -> Path:
        """Pinned host keys; it may be absent."""
        return self.root / "known_hosts"

    @property
    def reports_dir(self) -> Path:
        """Where reports go without `-o`: beside the state, so never into built-in content."""
        return self.state_dir.parent / "reports"

    @property
    def layers(self) -> tuple[tuple[Layer, Path], ...]:
        """Layers in order of precedence; one only when the root is the built-in content."""
        if self.root == self.builtin:
            return (("builtin", self.builtin),)
        return (("workspace", self.root), ("builtin", self.builtin))

    def find(self, relative: str) -> Found:
        """Give the file that counts for a relative path.

        Raises:
            UsageError: the path leaves the layer, or no layer has it.
        """
        inner = _inner_path(relative)
        hits = tuple(pair for pair in self.layers if (pair[1] / inner).is_file())
        if not hits:
            raise UsageError(
                Text(f"找不到内容文件：{relative}", f"no such content file: {relative}")
            )
        layer, root = hits[0]
        shadows = hits[1][1] / inner if len(hits) > 1 else None
        return _found(layer, str(inner), root / inner, shadows)

    def has(self, relative: str) -> bool:
        """Whether any layer has the file."""
        inner = _inner_path(relative)
        return any((root / inner).is_file() for _, root in self.layers)

    def iterate(self, folder: str, pattern: str = "*.yml") -> tuple[Found, ...]:
        """List files below a folder whose name fits `pattern`, hidden ones never.

        Workspace files stand first, each layer sorted by path; a built-in file that a workspace
        file replaces is not listed (it is that one's `shadows`).
        """
        inner = _inner_path(folder)
        found: dict[str, Found] = {}
        for layer, root in self.layers:
            for relative in _files(root, root / inner, pattern):
                if relative not in found:
                    behind = self.builtin / relative
                    shadows = behind if layer == "workspace" and behind.is_file() else None
                    found[relative] = _found(layer, relative, root / relative, shadows)
        return tuple(found.values())

    def read_text(self, found: Found) -> str:
        """Give a file's text; a byte-order mark is dropped.

        Raises:
            ContentError: the file is not UTF-8.
        """
        return decode_text(read_bytes(found.path, found.relative), found.relative)


def builtin_root() -> Path:
    """The built-in content: inside the installed package, else the checkout's top level."""
    package = Path(__file__).resolve().parent
    installed = package / "builtin"
    return installed if installed.is_dir() else package.parent


def open_workspace(directory: Path | None = None) -> Workspace:
    """Open the named workspace, else the one around the current folder, else built-in content.

    A named folder counts as one when it has `xunjian.yml` or any content folder.

    Raises:
        UsageError: the named folder does not exist or is no workspace.
    """
    builtin = builtin_root()
    if directory is not None:
        root = _named_root(directory)
        return Workspace(root=root, builtin=builtin, state_dir=root / ".xunjian")
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if is_workspace(folder):
            return Workspace(root=folder, builtin=builtin, state_dir=folder / ".xunjian")
    return Workspace(root=builtin, builtin=builtin, state_dir=here / ".xunjian")


def load_plugins(workspace: Workspace) -> tuple[str, ...]:
    """Import `plugins/*.py` of the workspace, in order of name; they register what they bring.

    Called only where xunjian.yml says `plugins: true`. A module is imported once per process.

    Raises:
        ContentError: a plugin does not load; the others were tried.
    """
    problems: list[Problem] = []
    names: list[str] = []
    for path in sorted((workspace.root / "plugins").glob("*.py")):
        shown = f"plugins/{path.name}"
        name = f"xunjian_plugins.{path.stem}"
        known = sys.modules.get(name)
        if known is None or known.__file__ != str(path):
            problem = _import_plugin(name, path, shown)
            problems += [problem] if problem else []
        names.append(name)
    if problems:
        raise ContentError(problems)
    return tuple(names)


def _import_plugin(name: str, path: Path, shown: str) -> Problem | None:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return Problem(shown, 0, "", Text("无法作为模块加载", "cannot be loaded as a module"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001  foreign code: whatever it raises is its author's
        del sys.modules[name]
        frames = traceback.extract_tb(error.__traceback__)
        line = next((f.lineno for f in reversed(frames) if f.filename == str(path)), None)
        line = line or getattr(error, "lineno", None) or 0
        what = type(error).__name__
        return Problem(shown, line, "", Text(f"插件出错：{what}", f"the plugin fails: {what}"))
    return None


def is_workspace(folder: Path) -> bool:
    """Whether a folder is marked: `xunjian.yml`, or `[tool.xunjian]` in its pyproject.toml."""
    if (folder / MARKER).is_file():
        return True
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return "xunjian" in project.get("tool", {})


def read_bytes(path: Path, shown: str) -> bytes:
    """Read a content file; trouble with the file itself is a content error, not a traceback."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Text(f"文件无法读取：{reason}", f"the file cannot be read: {reason}")
        raise ContentError([Problem(shown, 0, "", message)]) from None


def decode_text(raw: bytes, shown: str) -> str:
    """Decode UTF-8, with or without a byte-order mark; guess what a wrong file is."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        seems = _guess_encoding(raw)
        message = Text("文件不是 UTF-8 编码", "the file is not UTF-8")
        hint = Text(f"看起来是 {seems}，请另存为 UTF-8", f"it looks like {seems}: save it as UTF-8")
        raise ContentError([Problem(shown, line, "", message, hint)]) from None


def _guess_encoding(raw: bytes) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "UTF-16"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "binary"
    return "GBK/GB18030"


def _named_root(directory: Path) -> Path:
    root = directory.expanduser().resolve()
    if not root.is_dir():
        raise UsageError(
            Text(f"没有这个目录：{directory}", f"no such folder: {directory}"),
            Text(f"用 xunjian init {directory} 新建", f"xunjian init {directory} makes one"),
        )
    if not is_workspace(root) and not any((root / name).is_dir() for name in CONTENT_FOLDERS):
        raise UsageError(
            Text(f"这个目录不是工作区：{directory}", f"this folder is no workspace: {directory}"),
            Text(f"用 xunjian init {directory} 新建", f"xunjian init {directory} makes one"),
        )
    return root


def _inner_path(relative: str) -> PurePosixPath:
    inner = PurePosixPath(relative.replace("\\", "/"))
    if inner.is_absolute() or ".." in inner.parts or ":" in relative:
        message = Text(f"路径超出内容目录：{relative}", f"the path leaves the content: {relative}")
        raise UsageError(message)
    return inner


def _files(root: Path, folder: Path, pattern: str) -> Iterator[str]:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(root)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inner.parts)
        if not hidden and path.is_file() and fnmatch.fnmatchcase(path.name, pattern):
            yield inner.as_posix()


def _found(layer: Layer, relative: str, path: Path, shadows: Path | None) -> Found:
    sha256 = hashlib.sha256(read_bytes(path, relative)).hexdigest()
    return Found(layer=layer, relative=relative, path=path, sha256=sha256, shadows=shadows)
