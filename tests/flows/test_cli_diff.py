"""`diff OLD NEW`: exit codes, formats, and that no secret leaves it anywhere."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fixtures.command_line import Said, call

CANARIES = {
    "cipher": "%^%#Canary1OneTwo3%^%#",
    "clear": "CanaryClear-77",
    "hash": "$1a$CanarySalt$CanaryHash0123456789$",
    "community": "CanaryCommunity9",
}
BASE = f"""\
!Software Version V200R019C00
#
sysname HZ-TEST-SW1
#
vlan batch 10 20
#
aaa
 local-user admin password irreversible-cipher {CANARIES["hash"]}
#
interface GigabitEthernet0/0/1
 description uplink
 port link-type trunk
 port trunk allow-pass vlan 10 20
#
interface GigabitEthernet0/0/2
 description room
#
radius-server template one
 radius-server shared-key cipher {CANARIES["cipher"]}
#
ftp client-source -i LoopBack0
snmp-agent community read simple {CANARIES["community"]}
#
return
"""
TRUNK, LABEL = "allow-pass vlan 10 20", "description room"
TEXTS = {
    "base": BASE,
    "same": BASE,
    "trunk": BASE.replace(TRUNK, "allow-pass vlan 10"),
    "label": BASE.replace(LABEL, "description hall"),
    "cut": BASE.partition("interface GigabitEthernet0/0/2")[0],
    "empty": "",
    "error": BASE.replace("#\nreturn", "Error: Unrecognized command found at '^' position.\n#\nreturn"),
    "salted": BASE.replace(CANARIES["cipher"], "%^%#Other1Salt2Three%^%#"),
    "suspect": BASE.replace(
        "#\nreturn", f"#\nstrange password {CANARIES['clear']}\n#\nreturn"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The texts as files, by their names."""
    folder = tmp_path_factory.mktemp("configurations")
    for name, text in TEXTS.items():
        (folder / f"{name}.cfg").write_text(text, "utf-8")
    return {name: folder / f"{name}.cfg" for name in [*TEXTS, "nowhere"]}


def diff(files: Mapping[str, Path], old: str, new: str, *options: str) -> Said:
    """Call the command on two of the texts."""
    return call("diff", files[old], files[new], "--platform", "huawei_vrp", *options)


# old, new | options | exit code | with --detailed-exitcode
TABLE = """
base same    |                    | 0 | 0
base trunk   |                    | 1 | 2
base trunk   | --fail-on high     | 1 | 2
base trunk   | --fail-on critical | 0 | 0
base label   |                    | 1 | 2
base label   | --fail-on high     | 0 | 0
base salted  |                    | 0 | 0
base cut     |                    | 3 | 1
cut base     |                    | 3 | 1
cut cut      |                    | 3 | 1
empty empty  |                    | 3 | 1
base empty   | --fail-on critical | 3 | 1
base error   |                    | 3 | 1
base suspect |                    | 3 | 1
base nowhere |                    | 2 | 1
base trunk   | --fail-on hihg     | 2 | 1
base trunk   | --format junt      | 2 | 1
base trunk   | --formt json       | 2 | 1
base trunk   | --fail-on          | 2 | 1
base trunk   | extra.cfg          | 2 | 1
base trunk   | -w nowhere         | 2 | 1
base trunk   | -l sw1             | 2 | 1
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("pair", "options", "code", "detailed"), ROWS, ids=str)
def test_exit_code(
    pair: str, options: str, code: str, detailed: str, files: Mapping[str, Path]
) -> None:
    old, new = pair.split()
    assert diff(files, old, new, *options.split()).code == int(code)
    said = diff(files, old, new, *options.split(), "--detailed-exitcode")
    assert said.code == int(detailed)
    assert "Traceback" not in said.err


@pytest.mark.parametrize("form", ["json", "md", "junit", "sarif", "unified", "html"])
@pytest.mark.parametrize("new", ["trunk", "suspect", "cut", "error", "salted"])
def test_no_secret_leaves_it(
    form: str,
    new: str,
    files: Mapping[str, Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    out = tmp_path / "out"
    printed = diff(files, "base", new, "--format", form, "--debug")
    written = diff(files, "base", new, "--format", form, "-o", str(out))
    assert printed.code == written.code
    assert written.out == ""
    everything = printed.out + printed.err + written.err + out.read_text("utf-8") + caplog.text
    assert [name for name, value in CANARIES.items() if value in everything] == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_json_has_the_contract_s_shape(files: Mapping[str, Path]) -> None:
    found = diff(files, "base", "trunk", "--format", "json").json
    assert found["schema"] == "xunjian.diff/1"
    (change,) = found["changes"]
    assert change["kind"] == "changed"
    assert change["path"] == ["interface GigabitEthernet0/0/1"]
    assert change["risk"] == "high"
    assert change["rule"] == "vrp.trunk.lost"
    assert change["approval"]["state"] == "none"
    assert found["trust"] == {"state": "trusted", "reasons": []}
    assert found["devices"][0]["changes"] == [{k: v for k, v in change.items() if k != "device"}]


def test_a_resalted_secret_is_counted_as_not_comparable(files: Mapping[str, Path]) -> None:
    said = diff(files, "base", "salted", "--format", "json")
    assert said.code == 0
    assert said.json["changes"] == []
    assert said.json["not_comparable"] > 0


def test_a_cut_capture_still_lists_its_changes(files: Mapping[str, Path]) -> None:
    said = diff(files, "base", "cut", "--format", "json")
    assert said.code == 3
    assert said.json["trust"]["state"] == "incomplete"
    assert any(c["kind"] == "removed" for c in said.json["changes"])
    assert "不可信" in said.err


def test_an_unknown_platform_is_compared_by_the_generic_rules_and_says_so(
    files: Mapping[str, Path],
) -> None:
    said = call("diff", files["base"], files["trunk"], "--platform", "huawei_vpr")
    assert "通用规则" in said.err
    assert "huawei_vrp" in said.err


def test_another_tool_s_name_of_the_platform(files: Mapping[str, Path]) -> None:
    said = call("diff", files["base"], files["trunk"], "--platform", "huawei", "--format", "json")
    assert json.loads(said.out)["devices"][0]["platform"] == "huawei_vrp"


def test_it_needs_no_workspace(
    files: Mapping[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert diff(files, "base", "trunk").code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_a_usage_error(
    files: Mapping[str, Path], tmp_path: Path
) -> None:
    assert diff(files, "base", "trunk", "-o", str(tmp_path / "no" / "out")).code == 2


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\n\tbroken",
        "version: 1\nsyntax: {family: nowhere}\n",
        "extends: [nobody]\nsecrets: 7\n",
    ],
    ids=["no YAML", "no such family", "wrong shape"],
)
def test_a_broken_pack_of_another_platform_is_not_in_the_way(
    files: Mapping[str, Path], tmp_path: Path, text: str
) -> None:
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    folder = root / "templates" / "config"
    folder.mkdir(parents=True)
    (folder / "hp_comware.yml").write_text(text, "utf-8")
    words = ("-w", root, "--format", "json")
    assert call("diff", files["base"], files["same"], "--platform", "huawei_vrp", *words).code == 0
    changed = call("diff", files["base"], files["trunk"], "--platform", "huawei_vrp", *words)
    assert (changed.code, len(changed.json["changes"])) == (1, 1)
    broken = call("diff", files["base"], files["same"], "--platform", "hp_comware", *words)
    assert broken.code == 2
    assert "hp_comware.yml" in broken.err
    assert call("lint", "-w", root).code == 2
