"""What the command promises, on configurations nobody here wrote: `diff OLD NEW`, whole."""

import re
from pathlib import Path

import pytest

from tests.content.test_config_corpus import CORPUS, SHAPES, Sample, samples
from tests.fixtures.command_line import Said, call

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not at hand")
ENCRYPTED = re.compile(rb"(?<=ENC )\S+")
ACL = "lab-validation/iosxe_connectivity_sample__configs__iosxe_acl__show_running-config.txt"
JUNOS = "lab-validation/junos_then_action_conflicts__source__configs__dut.cfg"
FORTIGATE = "oxidized/fortigate#FortiGate-3001F_7.4.8_HA#simulation.yaml"


def sample(name: str) -> Sample:
    return next(one for one in samples() if one.name == name)


def shown(folder: Path, old: bytes, new: bytes, platform: str) -> Said:
    files = folder / "old.cfg", folder / "new.cfg"
    for file, raw in zip(files, (old, new), strict=True):
        file.write_bytes(raw)
    return call("diff", *files, "--platform", platform, "--format", "json")


def admin(value: bytes) -> bytes:
    """A section with what a FortiGate encrypts anew at each display."""
    return (
        b'config system admin\n    edit "ops"\n        set password ENC %s\n    next\nend\n' % value
    )


def test_every_encrypted_value_replaced_is_no_change(tmp_path: Path) -> None:
    raw = sample("netutils/fortios_full_sent.txt").raw + admin(b"AK1Kanari7Vogel")
    said = shown(tmp_path, raw, ENCRYPTED.sub(b"AK1OtherSaltOtherText", raw), "fortinet")
    assert (said.code, said.json["changes"]) == (0, [])
    assert said.json["not_comparable"] == len(ENCRYPTED.findall(raw))
    assert "Kanari" not in said.out + said.err


@pytest.mark.parametrize("name", [FORTIGATE, "netutils/fortios_full_sent.txt"])
def test_only_what_changed_and_no_secret(tmp_path: Path, name: str) -> None:
    raw = sample(name).raw
    hostname = re.search(
        rb"^\s*set (?:hostname|alias|admintimeout) (?P<value>\S+)", raw, re.MULTILINE
    )
    assert hostname is not None
    start, end = hostname.span("value")
    new = raw[:start] + b'"changed-here"' + raw[end:]
    said = shown(tmp_path, raw, ENCRYPTED.sub(b"AK1OtherSaltOtherText", new), "fortinet")
    (change,) = said.json["changes"]
    assert "changed-here" in change["new"][-1]
    assert not SHAPES.search(said.out)
    assert said.code == (1 if said.json["trust"]["state"] == "trusted" else 3)


def moved_to_top(raw: bytes, header: bytes, block: str) -> bytes:
    """The section's second entry put before its first."""
    entries = re.compile(block.encode(), re.MULTILINE)
    start = raw.index(header) + len(header)
    first = entries.search(raw, start)
    assert first is not None
    second = entries.search(raw, first.end())
    assert second is not None
    a, gap, b = first[0], raw[first.end() : second.start()], second[0]
    return raw[: first.start()] + b + gap + a + raw[second.end() :]


@pytest.mark.parametrize(
    ("name", "platform", "header", "block"),
    [
        (ACL, "cisco_ios", b"ip access-list extended CONNECTIVITY_TEST_OUT", r"^ (?:deny|permit) .*\n"),
        (JUNOS, "juniper_junos", b"term ORIGIN-DEDUP", r"^        term \S+ \{\n(?:         .*\n)*        \}\n"),
    ],
    ids=["acl", "junos"],
)  # fmt: skip
def test_a_move_is_one_high_change_with_its_neighbours(
    tmp_path: Path, name: str, platform: str, header: bytes, block: str
) -> None:
    raw = sample(name).raw.replace(b"\r\n", b"\n")
    said = shown(tmp_path, raw, moved_to_top(raw, header, block), platform)
    (change,) = said.json["changes"]
    assert (said.code, change["kind"], change["risk"]) == (1, "moved", "high")
    assert any(change["from"].values())
    assert any(change["to"].values())


def test_another_order_where_it_means_nothing_is_no_change(tmp_path: Path) -> None:
    raw = sample(ACL).raw.replace(b"\r\n", b"\n")
    interfaces = re.findall(rb"^interface .*\n(?: .*\n)*", raw, re.MULTILINE)
    assert len(interfaces) >= 2
    new = raw.replace(interfaces[0], b"", 1).replace(
        interfaces[1], interfaces[1] + interfaces[0], 1
    )
    assert new != raw
    said = shown(tmp_path, raw, new, "cisco_ios")
    assert (said.code, said.json["changes"]) == (0, [])


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_cut_configuration_is_exit_3(tmp_path: Path, share: float) -> None:
    for name, platform in ((ACL, "cisco_ios"), ("netutils/fortios_full_sent.txt", "fortinet")):
        lines = sample(name).raw.splitlines(keepends=True)
        cut = b"".join(lines[: len(lines) - max(3, int(len(lines) * share))])
        assert shown(tmp_path, sample(name).raw, cut, platform).code == 3
