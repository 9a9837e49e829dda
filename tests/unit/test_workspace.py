import hashlib
from pathlib import Path

import pytest

from xunjian.errors import ContentError, UsageError
from xunjian.workspace import (
    Workspace,
    builtin_root,
    decode_text,
    is_workspace,
    load_plugins,
    open_workspace,
)


def put(root: Path, relative: str, text: str = "x: 1\n") -> Path:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def layered(tmp_path: Path) -> Workspace:
    root, builtin = tmp_path / "mine", tmp_path / "shipped"
    put(builtin, "tasks/switch/a.yml", "builtin a")
    put(builtin, "tasks/switch/b.yml", "builtin b")
    put(root, "tasks/switch/b.yml", "own b")
    put(root, "tasks/ups/z.yml", "own z")
    put(root, "tasks/ups/.hidden.yml")
    put(root, "tasks/ups/note.txt")
    return Workspace(root=root, builtin=builtin, state_dir=root / ".xunjian")


def test_a_workspace_file_hides_the_builtin_one_of_the_same_path(layered: Workspace) -> None:
    found = layered.iterate("tasks")
    assert [(f.layer, f.relative) for f in found] == [
        ("workspace", "tasks/switch/b.yml"),
        ("workspace", "tasks/ups/z.yml"),
        ("builtin", "tasks/switch/a.yml"),
    ]
    assert found[0].shadows == layered.builtin / "tasks/switch/b.yml"
    assert found[1].shadows is None
    assert found[0].sha256 == hashlib.sha256(b"own b").hexdigest()
    assert layered.read_text(layered.find("tasks/switch/b.yml")) == "own b"
    assert layered.find("tasks/switch/a.yml").layer == "builtin"
    assert layered.has("tasks/switch/a.yml")
    assert not layered.has("tasks/switch/c.yml")


def test_one_layer_only_when_the_root_is_the_builtin_content(layered: Workspace) -> None:
    alone = Workspace(root=layered.builtin, builtin=layered.builtin, state_dir=layered.state_dir)
    assert [layer for layer, _ in alone.layers] == ["builtin"]
    assert alone.find("tasks/switch/b.yml").shadows is None


@pytest.mark.parametrize("path", ["../secret.yml", "/etc/passwd", "a/../../b", "C:x", "..\\x"])
def test_a_path_never_leaves_its_layer(layered: Workspace, path: str) -> None:
    with pytest.raises(UsageError):
        layered.find(path)


def test_an_absent_file_is_a_usage_error(layered: Workspace) -> None:
    with pytest.raises(UsageError, match=r"no/such\.yml"):
        layered.find("no/such.yml")


def test_the_folder_around_the_current_one_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "xunjian.yml", "")
    inner = tmp_path / "inventory"
    inner.mkdir()
    monkeypatch.chdir(inner)
    workspace = open_workspace()
    assert workspace.root == tmp_path.resolve()
    assert workspace.state_dir == tmp_path.resolve() / ".xunjian"


def test_elsewhere_builtin_content_is_used_and_state_stays_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = open_workspace()
    assert workspace.root == builtin_root()
    assert workspace.state_dir == tmp_path.resolve() / ".xunjian"
    assert workspace.reports_dir == tmp_path.resolve() / "reports"


def test_a_named_folder_must_exist_and_look_like_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        open_workspace(tmp_path / "nowhere")
    with pytest.raises(UsageError) as caught:
        open_workspace(tmp_path)
    assert "init" in str(caught.value.hint)
    (tmp_path / "inventory").mkdir()
    assert open_workspace(tmp_path).root == tmp_path.resolve()


def test_a_pyproject_table_marks_a_workspace(tmp_path: Path) -> None:
    put(tmp_path, "pyproject.toml", "[tool.other]\n")
    assert not is_workspace(tmp_path)
    put(tmp_path, "pyproject.toml", "not toml at all [")
    assert not is_workspace(tmp_path)
    put(tmp_path, "pyproject.toml", "[tool.xunjian]\n")
    assert is_workspace(tmp_path)


@pytest.mark.parametrize(
    ("raw", "line", "seems"),
    [
        ("a: 1\nb: 杭州\n".encode("gbk"), 2, "GBK"),
        ("a: 1\n".encode("utf-16"), 1, "UTF-16"),
        (b"a: \xff\xff\xff\xff\x00", 1, "binary"),
    ],
)
def test_a_wrong_encoding_is_named(raw: bytes, line: int, seems: str) -> None:
    with pytest.raises(ContentError) as caught:
        decode_text(raw, "inventory/hosts.yml")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("inventory/hosts.yml", line)
    assert seems in str(problem.hint)


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert decode_text(b"\xef\xbb\xbfa: 1", "x") == "a: 1"


def test_plugins_run_in_order_and_a_broken_one_is_named(tmp_path: Path) -> None:
    put(tmp_path, "plugins/b.py", "VALUE = 2\n")
    put(tmp_path, "plugins/a.py", "VALUE = 1\n\nraise RuntimeError('x')\n")
    workspace = Workspace(root=tmp_path, builtin=tmp_path, state_dir=tmp_path)
    with pytest.raises(ContentError) as caught:
        load_plugins(workspace)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("plugins/a.py", 3)
    put(tmp_path, "plugins/a.py", "VALUE = 1\n")
    assert load_plugins(workspace) == ("xunjian_plugins.a", "xunjian_plugins.b")
