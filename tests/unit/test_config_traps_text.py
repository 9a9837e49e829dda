"""Traps T01–T24 of config comparison: noise, truncation, pollution. Each named after its trap."""

import pytest

from tests.fixtures.config_packs import (
    ASA,
    FORTIOS,
    IOS,
    JUNOS,
    captured,
    changes,
    diff,
    kinds,
    redacted,
    shipped,
    small_pack,
)
from xunjian.config.completeness import (
    edited_meanwhile,
    not_startup,
    shrunk,
)
from xunjian.config.model import ChangeKind, TrustState
from xunjian.config.pack import Pack

FGT = """config system admin
    edit "ops"
        set password ENC {one}
    next
end
config vpn ipsec phase1-interface
    edit "hq"
        set psksecret ENC {two}
        set uuid {uuid}
    next
end
"""

VRP_BODY = """sysname HZ-TEST
#
vlan batch 10 20
#
aaa
 local-user ops password irreversible-cipher $1a$abcdefgh$Zm9vYmFyYmF6$
 local-user ops service-type ssh
#
interface GigabitEthernet0/0/1
 description to-room-1
 port link-type access
#
interface GigabitEthernet0/0/2
 description to-room-2
#
return
"""


@pytest.fixture
def vrp() -> Pack:
    return shipped("huawei_vrp")


@pytest.fixture
def ios() -> Pack:
    return small_pack(IOS)


def ios_text(*body: str) -> str:
    return "\n".join(["hostname r1", "!", *body, "!", "end", ""])


def test_t01_encrypted_anew_at_each_display() -> None:
    pack = small_pack(FORTIOS)
    old = FGT.format(one="AAAAbbbb1111", two="CCCCdddd2222", uuid="1111-2222")
    new = FGT.format(one="EEEEffff3333", two="GGGGhhhh4444", uuid="1111-2222")
    found = diff(old, new, pack)
    assert found.changes == ()
    assert found.not_comparable == 2
    assert found.trust.state is TrustState.TRUSTED


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("huawei_vrp", "$1a$abcdefgh$Zm9vYmFyYmF6$", "$1a$hgfedcba$cXV4cXV4cXV4$"),
        ("ios", "$9$abc$Zm9vYmFyYmF6", "$9$cba$cXV4cXV4cXV4"),
        ("ios", "0822455D0A16", "13061E010803"),
    ],
)
def test_t02_a_changed_password_shows_without_its_text(name: str, old: str, new: str) -> None:
    pack = shipped("huawei_vrp") if name == "huawei_vrp" else small_pack(IOS)
    text = {
        "huawei_vrp": VRP_BODY.replace("$1a$abcdefgh$Zm9vYmFyYmF6$", "{}"),
        "ios": ios_text("username ops privilege 15 secret 9 {}"),
    }[name]
    found = diff(text.replace("{}", old), text.replace("{}", new), pack)
    assert kinds(found.changes) == ["secret_changed"]
    assert old not in repr(found)
    assert new not in repr(found)


def test_t03_the_raw_copy_restores_byte_for_byte(vrp: Pack) -> None:
    import pyrage

    from xunjian.secrets import encrypt_for

    identity = pyrage.x25519.Identity.generate()
    raw = VRP_BODY.replace("\n", "\r\n").encode() + b"\xb9\xa4\x00"
    kept = encrypt_for(str(identity.to_public()), raw)
    assert b"Zm9vYmFyYmF6" not in kept
    assert pyrage.decrypt(kept, [identity]) == raw
    assert "Zm9vYmFyYmF6" not in repr(redacted(raw, vrp))


def test_t04_time_stamps_after_each_command(vrp: Pack) -> None:
    stamp = "2026-03-14 19:42:{:02d}.040 +08:00\n"
    middle = VRP_BODY.replace(
        "interface GigabitEthernet0/0/2", stamp + "interface GigabitEthernet0/0/2"
    )
    found = diff(stamp.format(1) + middle.format(1), stamp.format(9) + middle.format(9), vrp)
    assert found.changes == ()


def test_t05_last_changed_is_metadata(ios: Pack) -> None:
    line = "! Last configuration change at 10:0{}:00 CST Sat Nov 21 2026 by {}"
    old, new = ios_text(line.format(1, "ops1")), ios_text(line.format(2, "ops2"))
    found = diff(old, new, ios)
    assert found.changes == ()
    assert redacted(new, ios).metadata["by"] == "ops2"


def test_t06_last_modified_jitters() -> None:
    pack = small_pack(ASA)
    text = (
        ": Saved\n: Written by admin at 10:00:0{}.123 CST\nhostname fw\nCryptochecksum:{}\n: end\n"
    )
    assert diff(text.format(1, "aa"), text.format(2, "bb"), pack).changes == ()


def test_t07_clock_period_and_byte_counts(ios: Pack) -> None:
    old = ios_text("Current configuration : 1234 bytes", "ntp clock-period 36028797")
    new = ios_text("Current configuration : 1299 bytes", "ntp clock-period 36028801")
    found = diff(old, new, ios)
    assert found.changes == ()
    assert found.suppressed["clock-period"]


def test_t08_state_is_not_compared(ios: Pack) -> None:
    old = ios_text("Load for five secs: 2%/0%; one minute: 3%")
    new = ios_text("Load for five secs: 9%/1%; one minute: 7%")
    found = diff(old, new, ios)
    assert found.changes == ()
    assert any("9%" in line for line in found.suppressed["load"])


def test_t09_only_header_and_trailer_differ(vrp: Pack) -> None:
    old = "!Last configuration was updated at 2026-11-20 10:00:00 by ops1\n#\n" + VRP_BODY
    new = "!Last configuration was updated at 2026-11-21 11:00:00 by ops2\n#\n" + VRP_BODY
    assert diff(old, new, vrp).changes == ()


def test_t10_random_terminal_lines() -> None:
    pack = shipped("hp_comware")
    body = "#\n version 7.1.070, Release 6616P01\n#\n sysname A\n#\nvlan 1\n#\nvlan 2\n#\nvlan 3\n#\nvlan 4\n#\nreturn\n"
    found = diff(body, "Info: Current terminal monitor is off.\n" + body, pack)
    assert found.changes == ()


@pytest.mark.parametrize(
    "changed",
    [
        lambda t: t.replace("\n", "\r\n"),
        lambda t: t.replace("\n", "\r\r\n"),
        lambda t: t.replace("\n", "  \n"),
        lambda t: "\ufeff" + t,
        lambda t: t.rstrip("\n"),
        lambda t: t.replace("#", "#\x00"),
        lambda t: "\x07" + t,
        lambda t: t.replace("vlan", "\x1b[1mvlan\x1b[0m"),
    ],
)
def test_t11_line_ends_and_terminal_traces(vrp: Pack, changed: object) -> None:
    assert callable(changed)
    found = diff(VRP_BODY, changed(VRP_BODY), vrp)
    assert found.changes == ()
    assert found.trust.state is TrustState.TRUSTED


def test_t12_uuids_and_signature_tables() -> None:
    pack = small_pack(FORTIOS)
    table = 'config firewall internet-service-name\n    edit "A{}"\n    next\nend\n'
    old = FGT.format(one="A", two="B", uuid="1-1") + table.format(1)
    new = FGT.format(one="A", two="B", uuid="2-2") + table.format(2)
    found = diff(old, new, pack)
    assert found.changes == ()
    assert set(found.suppressed) == {"uuid", "signatures"}


def test_t13_an_export_that_differs_each_time() -> None:
    pack = small_pack(
        "{version: 1, title: j, evidence: documented, syntax: {family: json}, "
        "volatile: [{id: logins, match: 'loginCount|exportedAt'}], "
        'secrets: [{id: cyphered, match: \'cyphered: "(?P<secret>[^"]+)"\', comparable: false}], '
        "order: [{id: root, section: '', mode: keyed, key: '^([^:]+):'}]}"
    )
    text = '{"account": {"name": "a", "password": {"cyphered": "%s"}, "loginCount": %d}, "exportedAt": "%s"}'
    found = diff(text % ("Abc123def", 1, "now"), text % ("Xyz789uvw", 2, "then"), pack)
    assert found.changes == ()
    assert found.not_comparable == 1


def test_t14_sorted_anew_and_wrapped_anew(vrp: Pack, ios: Pack) -> None:
    old = VRP_BODY.replace("vlan batch 10 20", "vlan batch 10 20 30 to 40\nvlan batch 50")
    new = VRP_BODY.replace("vlan batch 10 20", "vlan batch 10 20 30 to 40 50")
    assert diff(old, new, vrp).changes == ()
    port = "interface Gi1/0/1\n switchport trunk allowed vlan {}"
    one = ios_text(port.format("1,3,4,5,7\n switchport trunk allowed vlan add 9"))
    assert diff(one, ios_text(port.format("1,3-5,7,9")), ios).changes == ()
    blocks = VRP_BODY.split("#\n")
    blocks[4], blocks[3] = blocks[3], blocks[4]
    assert diff(VRP_BODY, "#\n".join(blocks), vrp).changes == ()


def test_t14_a_lost_vlan_is_named(ios: Pack) -> None:
    port = "interface Gi1/0/1\n switchport trunk allowed vlan {}"
    (found,) = diff(ios_text(port.format("1,3-5")), ios_text(port.format("1,3,5,8")), ios).changes
    assert (found.lost, found.gained) == (("4",), ("8",))


def test_t15_another_version_is_one_change(vrp: Pack) -> None:
    old = "!Software Version V200R019C10\n#\n" + VRP_BODY
    found = diff(old, old.replace("R019C10", "R021C00"), vrp)
    assert len(found.changes) <= 1


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("name", ["huawei_vrp", "ios", "junos"])
def test_t16_cut_at_the_end(name: str, share: float) -> None:
    if name == "huawei_vrp":
        pack, text = shipped("huawei_vrp"), "#\n" + VRP_BODY * 1
    elif name == "ios":
        pack, text = small_pack(IOS), ios_text(*["interface Gi0/1", " no shutdown"] * 20)
    else:
        pack = small_pack(JUNOS)
        text = (
            "system {\n    host-name a;\n}\ninterfaces {\n"
            + "    ge-0/0/0 {\n        mtu 1500;\n    }\n" * 9
            + "}\n"
        )
    raw = text.encode()
    cut = raw[: len(raw) - max(2, int(len(raw) * share))]
    found = diff(raw, cut, pack)
    assert found.trust.state is TrustState.INCOMPLETE
    assert captured(cut, pack).trust.state is TrustState.INCOMPLETE


def test_t16_a_shrunken_text_is_doubted() -> None:
    assert shrunk(2856, 1700) is not None
    assert shrunk(89_964, 3_931) is not None
    assert shrunk(100, 95) is None


def test_t17_a_text_that_looks_like_a_prompt(vrp: Pack) -> None:
    text = VRP_BODY.replace("description to-room-1", 'description "VLAN #').replace(
        "description to-room-2", "description VER-NIC2-[TRUNK]"
    )
    capture = captured("<HZ-TEST>display current-configuration\n#\n" + text + "<HZ-TEST>\n", vrp)
    assert capture.trust.state is TrustState.TRUSTED
    assert any("VER-NIC2-[TRUNK]" in line for line in capture.lines)
    assert any('"VLAN #' in line for line in capture.lines)
    assert "<HZ-TEST>" not in capture.lines


@pytest.mark.parametrize(
    "pager",
    [
        "  ---- More ----\x1b[42D                                          \x1b[42D",
        " --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08",
    ],
)
def test_t18_the_pager_remains(vrp: Pack, pager: str) -> None:
    paged = VRP_BODY.replace(" description to-room-2", pager + " description to-room-2")
    assert diff(VRP_BODY, paged, vrp).changes == ()
    first_page = VRP_BODY.split(" description to-room-2", maxsplit=1)[0] + "  ---- More ----"
    assert captured(first_page, vrp).trust.state is TrustState.INCOMPLETE


def test_t19_two_reads_that_disagree(vrp: Pack) -> None:
    lossy = VRP_BODY.replace("description to-room-1", "descripton to-room-1")
    assert diff(VRP_BODY, lossy, vrp).changes
    assert edited_meanwhile(VRP_BODY.encode(), lossy.encode()) is not None


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ios", "% Invalid input detected at '^' marker."),
        ("ios", "% Incomplete command."),
        ("ios", "Continue? [Y/N]"),
        ("huawei_vrp", "Error: Unrecognized command found at '^' position."),
    ],
)
def test_t20_error_text_as_configuration(name: str, line: str) -> None:
    pack = small_pack(IOS) if name == "ios" else shipped("huawei_vrp")
    text = ios_text("interface Gi0/1") if name == "ios" else VRP_BODY
    lines = text.split("\n")
    polluted = "\n".join([*lines[:4], line, *lines[4:]])
    assert captured(polluted, pack).trust.state is TrustState.POLLUTED
    alone = captured(line, pack).trust.state
    assert alone is TrustState.INCOMPLETE


def test_t20_an_error_text_in_a_banner_is_none(ios: Pack) -> None:
    text = ios_text("banner motd ^C", "% Invalid input is punished", "^C")
    assert captured(text, ios).trust.state is TrustState.TRUSTED


def test_t21_startup_that_is_running(ios: Pack) -> None:
    running = b"Building configuration...\n\nCurrent configuration : 99 bytes\nhostname a\nend\n"
    startup = b"Using 99 out of 524288 bytes\nhostname a\nend\n"
    assert not_startup(running, ios) is not None
    assert not_startup(startup, ios) is None
    assert not_startup(b"hostname a\nend\n", ios) is not None


@pytest.mark.parametrize("prompt", ["HRP_M<HZ-FW1>", "HRP_M[HZ-FW1 (+B)]", "[*HZ-FW1]", "<HZ-FW1>"])
def test_t22_the_prompt_changes(vrp: Pack, prompt: str) -> None:
    found = diff(VRP_BODY, f"{VRP_BODY}{prompt}\n", vrp)
    assert found.changes == ()
    assert found.trust.state is TrustState.TRUSTED


def test_t23_edited_while_being_read() -> None:
    before = b"2026-11-21 10:00:00 by ops1"
    assert edited_meanwhile(before, before + b"\r\n") is None
    assert edited_meanwhile(before, b"2026-11-21 10:00:07 by ops2") is not None


def test_t24_chinese_in_gbk_and_mixed(vrp: Pack) -> None:
    text = VRP_BODY.replace("to-room-1", "杭州市主会场").replace("to-room-2", "水利厅")
    gbk = text.encode("gb18030")
    mixed = gbk.replace("水利厅".encode("gb18030"), "水利厅".encode())
    assert diff(text.encode(), gbk, vrp).changes == ()
    assert diff(text.encode(), mixed, vrp).changes == ()
    assert captured(gbk, vrp).decoded_as == "gb18030"


def test_t24_a_pager_inside_a_character_and_bytes_of_no_kind(vrp: Pack) -> None:
    text = VRP_BODY.replace("to-room-1", "杭州市主会场")
    pager = b"---- More ----\x1b[14D              \x1b[14D"
    gbk = text.encode("gb18030")
    place = gbk.index("主".encode("gb18030")) + 1
    assert diff(text.encode(), gbk[:place] + pager + gbk[place:], vrp).changes == ()
    foreign = captured(gbk.replace("场".encode("gb18030"), b"\xff\xff"), vrp)
    assert foreign.decoded_as == "gb18030-lossy"
    assert not any("\N{REPLACEMENT CHARACTER}" in line for line in foreign.lines)
    assert any("\\xff" in line for line in foreign.lines)


def test_every_kind_of_change_has_a_trap() -> None:
    assert {kind.value for kind in ChangeKind} == {
        "added",
        "removed",
        "changed",
        "moved",
        "renumbered",
        "secret_changed",
    }
    assert changes("a\n", "b\n", small_pack(IOS))
