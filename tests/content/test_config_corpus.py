"""Configurations that nobody here wrote: parsed, redacted, compared, and the difference applied."""

import os
import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
import yaml

from tests.unit.test_config_properties import shaken
from xunjian.config.apply import apply, meaning
from xunjian.config.clean import clean
from xunjian.config.compare import compare
from xunjian.config.model import Redacted, TrustState
from xunjian.config.pack import Pack, Packs, load_packs
from xunjian.config.pipeline import diff_texts
from xunjian.config.redact import redact
from xunjian.config.tree import parse
from xunjian.workspace import open_workspace

CORPUS = (
    Path(os.environ.get("XUNJIAN_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
    / "config"
)
KEY = b"k" * 32
SEED = 20261121
FEW = 0.02
"""The share of lines that may fit no syntax."""

# file (or, with a command, a recorded session) -> pack, and why its end cannot be proved, if so
FILES: dict[str, tuple[str, str]] = {
    "netutils/hp_comware_full_backup.txt": ("hp_comware", ""),
    "netutils/hp_comware_full_intended.txt": ("hp_comware", "written by hand, without `return`"),
    "netutils/ios_full_sent.txt": ("cisco_ios", ""),
    "netutils/fortios_full_sent.txt": ("fortinet", ""),
    "netutils/junos_full_sent.txt": ("juniper_junos", ""),
    "hier_config/comware5_running.conf": ("hp_comware", "a piece"),
    "hier_config/comware5_generated.conf": ("hp_comware", "a piece"),
    "hier_config/running_config_acl.conf": ("cisco_ios", "a piece"),
    "hier_config/generated_config_acl.conf": ("cisco_ios", "a piece"),
    "hier_config/fortios_running.conf": ("fortinet", "without `end`"),
    "hier_config/fortios_generated.conf": ("fortinet", "without `end`"),
    "hier_config/junos_running.conf": ("juniper_junos", ""),
    "lab-validation/cisco_private_asn__configs__R-PublicASN100__show_running-config.txt": (
        "cisco_nxos",
        "",
    ),
    "lab-validation/iosxe_connectivity_sample__configs__iosxe_acl__show_running-config.txt": (
        "cisco_ios",
        "",
    ),
    "lab-validation/junos_then_action_conflicts__source__configs__dut.cfg": ("juniper_junos", ""),
    "lab-validation/nxos_hsrp__configs__nxos1__show_running-config.txt": ("cisco_nxos", ""),
    "lab-validation/nxos_hsrp__configs__nxos2__show_running-config.txt": ("cisco_nxos", ""),
    "batfish/nxos_ip_access_list": ("cisco_nxos", ""),
    "batfish/asa-filters": ("cisco_asa", "a piece"),
    "batfish/z1-firewall.v4": ("linux_iptables", ""),
    "augeas/iptables": ("linux_iptables", ""),
    "augeas/sshd_config": ("linux_sshd", ""),
    "jc/sshd-T.out": ("linux_sshd", ""),
    "jc/sshd-T-2.out": ("linux_sshd", ""),
    "jc/sysctl-a.out": ("linux_sysctl", ""),
    "../linux/centos-7.7__sysctl-a.out": ("linux_sysctl", ""),
    "../linux/centos-7.7__systemctl-luf.out": ("linux_units", ""),
    "../codec/cisco_ce9_configuration.xml": ("roomos", ""),
    "../codec/cisco_ce9_configuration_b.xml": ("roomos", ""),
    "oxidized/ios#C9200L-24P-4G_17.09.04a#output.txt": ("cisco_ios", ""),
}
SESSIONS: dict[str, tuple[str, str]] = {
    "oxidized/ios#C9200L-24P-4G_17.09.04a#simulation.yaml": ("cisco_ios", "show running-config"),
    "oxidized/ios#asr920_16.8.1b#simulation.yaml": ("cisco_ios", "show running-config"),
    "oxidized/nxos#N5548_7.3.13#simulation.yaml": ("cisco_nxos", "show running-config"),
    "oxidized/junos#srx300_22.4_wo_cluster#simulation.yaml": (
        "juniper_junos",
        "show configuration",
    ),
    "oxidized/fortigate#FortiGate-3001F_7.4.8_HA#simulation.yaml": ("fortinet", "show"),
    "oxidized/fortigate#FortiGate-501E_vdomHAdown#simulation.yaml": ("fortinet", "show"),
}
CHANGES = ("annet/h3c_acl.yaml", "annet/huawei_plist_replace.yaml")
VENDORS = {"h3c": "hp_comware", "huawei": "huawei_vrp"}
# what a secret looks like wherever it stands: crypt hashes, VRP and Comware ciphers, localised keys
SHAPES = re.compile(
    r"\$(?:1|5|6|8|9|14)\$[^\s\"]{6}|%\^%#.+%\^%#|\$[ch]\$\d\$\S{6}"
    r"|\b(?:auth|priv) \S* ?0x[0-9a-f]{16}|\bENC [A-Za-z0-9+/]{12}"
)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not at hand")


@dataclass(frozen=True, slots=True)
class Sample:
    """One configuration with the pack it is read by."""

    name: str
    pack: str
    raw: bytes
    piece: str = ""


@cache
def packs() -> Packs:
    """Give the shipped packs."""
    return load_packs(open_workspace(Path(__file__).parents[2]))


def samples() -> list[Sample]:
    """Give every configuration of the corpus; none without the corpus."""
    if not CORPUS.is_dir():
        return []
    found = [
        Sample(name, pack, (CORPUS / name).read_bytes(), why) for name, (pack, why) in FILES.items()
    ]
    for name, (pack, command) in SESSIONS.items():
        found.append(Sample(name, pack, _answer(CORPUS / name, command)))
    return found


def _answer(path: Path, command: str) -> bytes:
    """What a recorded session answered to a command, pages put together."""
    recorded = yaml.safe_load(path.read_text(encoding="utf-8"))["commands"]
    text, inside = "", False
    steps = [recorded] if isinstance(recorded, dict) else recorded
    answered = [step for step in steps if isinstance(step, dict)]  # else asked and not answered
    for sent, answer in (pair for step in answered for pair in step.items()):
        asked = sent.strip()
        if asked:
            inside = asked == command or asked.startswith(f"{command} |")
            text = answer if inside else text
        elif inside:
            text += answer
    assert text, f"{path.name} holds no answer to {command}"
    text = text.replace("\\r", "\r").replace("\\x20", " ")
    return text.encode().replace(b"\r\r\n", b"\n")


def redacted(sample: Sample) -> tuple[Redacted, Pack]:
    """Clean and redact a sample."""
    pack = packs().get(sample.pack)
    return redact(clean(sample.raw, pack), pack, KEY), pack


SAMPLES = samples()
each = pytest.mark.parametrize("sample", SAMPLES, ids=[s.name for s in SAMPLES])


@each
def test_corpus_config_is_understood(sample: Sample) -> None:
    """Few lines fit no syntax; no secret-shaped value is unknown; whole ones are trusted."""
    got, pack = redacted(sample)
    tree = parse(got, pack)

    assert not pack.generic
    assert len(got.lines) > 3
    assert tree.unparsed <= FEW * len(got.lines)
    assert got.trust.state is (TrustState.INCOMPLETE if sample.piece else TrustState.TRUSTED), [
        reason.en for reason in got.trust.reasons
    ]


@each
def test_corpus_config_has_no_difference_to_itself(sample: Sample) -> None:
    """Compared with itself, and with line ends and blanks changed, nothing changed."""
    pack = packs().get(sample.pack)
    other = b"\r\n".join(line.rstrip() for line in sample.raw.splitlines()) + b"\r\n"

    assert diff_texts(sample.raw, sample.raw, pack, key=KEY).changes == ()
    assert diff_texts(sample.raw, other, pack, key=KEY).changes == ()


@each
def test_corpus_config_keeps_no_secret(sample: Sample) -> None:
    """Neither what the corpus lists as secret nor what is shaped like one is left."""
    got, _ = redacted(sample)
    text = "\n".join(got.lines)

    assert SHAPES.search(text) is None
    listed = CORPUS / f"{sample.name.rpartition('#')[0]}#secret.yaml"
    if listed.is_file():
        secrets = yaml.safe_load(listed.read_text(encoding="utf-8"))["fail"]
        assert secrets
        assert [secret for secret in secrets if secret in text] == []


def pairs() -> list[tuple[Sample, Sample]]:
    """Every two configurations of one pack, both ways."""
    return [(a, b) for a, b in permutations(SAMPLES, 2) if a.pack == b.pack]


def test_corpus_difference_applied_gives_the_other() -> None:
    """For each pair of one platform the changes make the second of the first."""
    wrong = []
    for old, new in pairs():
        pack = packs().get(old.pack)
        before, after = (parse(redacted(sample)[0], pack) for sample in (old, new))
        changes = compare(before, after, pack).changes
        if meaning(apply(changes, before), pack) != meaning(after, pack):
            wrong.append((old.name, new.name))
    assert len(pairs()) > 60
    assert wrong == []


# configurations that ship no pack of their own, or lists of them: read by the generic one
OTHERS = (
    "annet/cisco_banner.yaml",
    "annet/huawei_bgp_route_policy.yaml",
    "augeas/ntp.conf",
    "augeas/sudoers",
    "oxidized/apcaos#SMT750IC_v2.5.0.8#custom_simulation.yaml",
    "oxidized/cumulus#VX_5.4.0_frr#custom_simulation.yaml",
    "oxidized/fsos#S3400-48T4SP_2.0.2J-120538#simulation.yaml",
    "oxidized/vyos#Supermicro_1.4.3#simulation.yaml",
)


def test_no_configuration_of_the_corpus_is_left_out() -> None:
    """Every file below `config` is read by some test here, but for what lists secrets."""
    there = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file()}
    read = {*FILES, *SESSIONS, *CHANGES, *OTHERS}
    assert {name for name in there - read if not name.endswith("#secret.yaml")} == set()


def everything() -> list[Sample]:
    """Give every text of the corpus, also those without a pack of their own."""
    if not CORPUS.is_dir():
        return []
    others = [Sample(name, "nobody", (CORPUS / name).read_bytes()) for name in OTHERS]
    return [*SAMPLES, *others]


EVERYTHING = everything()


@pytest.mark.parametrize("sample", EVERYTHING, ids=[s.name for s in EVERYTHING])
def test_corpus_difference_applied_gives_the_edited(sample: Sample) -> None:
    """Lines dropped, doubled, changed and moved at random: applied gives the new, and back."""
    got, pack = redacted(sample)
    a = parse(got, pack)
    same = compare(a, parse(got, pack), pack)
    assert (same.changes, same.reordered) == ((), ())
    for seed in range(SEED, SEED + 5):
        lines = tuple(shaken(list(got.lines), seed))
        edited = replace(got, lines=lines, numbers=tuple(range(1, len(lines) + 1)))
        b = parse(edited, pack)
        for old, new in ((a, b), (b, a)):
            changes = compare(old, new, pack).changes
            assert meaning(apply(changes, old), pack) == meaning(new, pack)
            assert (changes == ()) == (meaning(old, pack) == meaning(new, pack))


@pytest.mark.parametrize("name", CHANGES)
def test_corpus_changes_of_others_are_seen(name: str) -> None:
    """Changes that another tool's authors wrote down: each is seen, and applied gives the new."""
    listed = yaml.safe_load((CORPUS / name).read_text(encoding="utf-8"))
    seen = 0
    for entry in listed if isinstance(listed, list) else [listed]:
        if not {"before", "after"} <= set(entry):
            continue
        pack = packs().get(VENDORS[str(entry["vendor"]).lower()])
        trees = [
            parse(redact(clean(entry[side].encode(), pack, gate=False), pack, KEY), pack)
            for side in ("before", "after")
        ]
        changes = compare(trees[0], trees[1], pack).changes
        assert changes, entry.get("name")
        assert meaning(apply(changes, trees[0]), pack) == meaning(trees[1], pack)
        seen += 1
    assert seen


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_corpus_config_cut_short_is_incomplete(share: float) -> None:
    """The last 1, 10 and 50 % cut off: never trusted, where the platform can prove its end."""
    proving = [
        sample
        for sample in SAMPLES
        if not sample.piece
        and (
            packs().get(sample.pack).syntax.end is not None
            or packs().get(sample.pack).syntax.family == "braces"
        )
        and b"\nset " not in sample.raw[:400]  # Junos' other form has no end
    ]
    trusted = []
    for sample in proving:
        lines = sample.raw.splitlines(keepends=True)
        left = b"".join(lines[: len(lines) - max(3, int(len(lines) * share))])
        if clean(left, packs().get(sample.pack)).trust.state is not TrustState.INCOMPLETE:
            trusted.append(sample.name)
    assert len(proving) > 8
    assert trusted == []


def test_corpus_encrypted_anew_is_no_change() -> None:
    """Every encrypted value of a FortiGate replaced: no change, and the number is given."""
    sample = next(s for s in SAMPLES if s.name.startswith("netutils/fortios"))
    pack = packs().get(sample.pack)
    admin = b'config system admin\n    edit "ops"\n        set password ENC %s\n    next\nend\n'
    old, new = (sample.raw + admin % value for value in (b"AK1aaaaaaaaaaaa", b"AK1bbbbbbbbbbbb"))

    got = diff_texts(old, new, pack, key=KEY)

    assert got.changes == ()
    assert got.not_comparable >= 1
