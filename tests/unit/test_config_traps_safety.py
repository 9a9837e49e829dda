"""Traps T35–T41 of config comparison: redaction, rules, untrusted text, size. Named after the trap."""

import re
from pathlib import Path

import pytest

from tests.fixtures.config_packs import (
    FORTIOS,
    IOS,
    JUNOS,
    KEY,
    changes,
    diff,
    redacted,
    shipped,
    small_pack,
)
from xunjian.config.model import ConfigDiff, TrustState
from xunjian.config.pack import GENERIC, load_packs
from xunjian.config.pack_lint import examine_packs
from xunjian.config.pipeline import diff_texts, fresh_key
from xunjian.config.regex_budget import too_slow
from xunjian.schema import Problems
from xunjian.workspace import open_workspace

CANARY = "Kanari7#Vogel!"
B64 = "S2FuYXJpN1ZvZ2VsS2FuYXJpN1ZvZ2Vs"
HEX = "4b616e617269375666676c654b616e61"

# every form of research part 2.2, platform by platform; {} is the canary
FORMS = {
    "huawei_vrp": [
        " local-user ops password irreversible-cipher $1a${}$abc$",
        " local-user ops password irreversible-cipher $1c${}$abc$",
        " local-user ops password cipher %^%#{}%^%#",
        " local-user ops password cipher %$%${}%$%$",
        " local-user ops password cipher @%@%{}@%@%",
        " local-user ops password cipher %@%@{}%@%@",
        " local-user ops password cipher {}",
        " local-user ops password simple {}",
        "snmp-agent community read cipher %^%#{}%^%#",
        "snmp-agent community read {}",
        "snmp-agent community write {} acl 2000",
        "snmp-agent usm-user v3 ops authentication-mode sha cipher %^%#{}%^%#",
        "snmp-agent usm-user v3 ops ops authentication-mode md5 {} privacy-mode des56 {}",
        " set authentication password cipher {}",
        " radius-server shared-key cipher %^%#{}%^%#",
        "super password level 3 cipher {}",
        " ospf authentication-mode md5 1 plain {}",
        " pre-shared-key cipher %^%#{}%^%#",
        "hwtacacs-server shared-key {}",
        " ppp chap password cipher {}",
        "ntp-service authentication-keyid 1 authentication-mode md5 cipher {}",
    ],
    "hp_comware": [
        " password hash $h$6${}$abc==",
        " password cipher $c$3${}",
        " password simple {}",
        "snmp-agent community read simple {}",
        "snmp-agent community read cipher $c$3${}",
        "snmp-agent community write {}",
        " key authentication cipher $c$3${}",
        " key authentication simple {}",
        "super password role network-admin hash $h$6${}",
        " set authentication password cipher $c$3${}",
        "snmp-agent usm-user v3 ops g simple authentication-mode md5 {} privacy-mode aes128 {}",
        " pre-shared-key simple {}",
    ],
    "ios": [
        "enable secret 5 {}",
        "enable secret 9 $9${}",
        "enable password {}",
        "username ops privilege 15 password 7 {}",
        "username ops secret 8 $8${}",
        "tacacs-server key 7 {}",
        " key 7 {}",
        "snmp-server community {} RO 10",
    ],
    "junos": [
        'encrypted-password "$6$abc${}"; ## SECRET-DATA',
        'secret "$9${}"; ## SECRET-DATA',
        'archive-sites "ftp://backup:{}@192.0.2.9/configs";',
    ],
    "fortios": [
        "        set password ENC {}",
        '        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----"',
    ],
    # no rule knows these: the guard behind the rules must
    "guard": [
        "password {}",
        "set password {}",
        'set psksecret "{}"',
        "community {} {{",
        "wpa-psk ascii 0 {}",
        "  passphrase: {}",
        "rocommunity {}",
        "api-key {}",
        "createUser ops SHA {} AES {}",
        "DB_PASSWORD={}",
        "ldap-login-password {}",
        "enable secret 5 {}",
        "密码 {}",
        "  口令: {}",
        "url ftp://backup:{}@192.0.2.9/x",
    ],
}


def pack_named(name: str) -> object:
    small = {"ios": IOS, "junos": JUNOS, "fortios": FORTIOS}
    if name in small:
        return small_pack(small[name])
    return load_packs(open_workspace()).get("nobody") if name == "guard" else shipped(name)


@pytest.mark.parametrize("value", [CANARY, B64, HEX])
@pytest.mark.parametrize(
    ("name", "form"), [(name, form) for name, forms in FORMS.items() for form in forms]
)
def test_t35_no_canary_survives(name: str, form: str, value: str) -> None:
    from xunjian.config.pack import Pack

    pack = pack_named(name)
    assert isinstance(pack, Pack)
    if "://" in form and value == CANARY:
        value = "Kanari7Vogel!"
    text = form.replace("{}", value)
    assert value not in "\n".join(redacted(text, pack).lines)
    result = diff(f"hostname a\n{text}\nend\n", f"hostname b\n{text}x\nend\n", pack)
    assert value not in repr(result)


def test_t35_what_no_rule_knows_makes_it_untrusted() -> None:
    pack = load_packs(open_workspace()).get("nobody")
    text = "line one\nnew-style-credential Kanari7#Vogel!\nline three\n"
    found = redacted(text, pack)
    assert found.trust.state is TrustState.SECRET_SUSPECTED
    assert CANARY not in repr(found)
    assert (
        redacted(
            "password-policy enabled\nkey chain A\nno service password-encryption\n", pack
        ).trust.state
        is TrustState.TRUSTED
    )


def test_t36_the_right_word_is_masked() -> None:
    pack = shipped("huawei_vrp")
    old = "snmp-agent community read cipher %^%#abcdefgh%^%#\n"
    (found,) = changes(old, old.replace("read", "write"), pack)
    assert "read" in found.old[0]
    assert "write" in found.new[0]
    user = "snmp-server user admin network-admin auth md5 0xabcdefabcdefabcd priv 0x1234567812345678 localizedkey"
    (line,) = redacted(user, load_packs(open_workspace()).get("nobody")).lines
    assert line.startswith("snmp-server user admin network-admin auth md5 <secret")
    assert line.endswith("localizedkey")


def test_t37_secrets_over_lines_with_blanks_in_urls_and_descriptions() -> None:
    generic = load_packs(open_workspace()).get("nobody")
    pem = (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIBKanari\nKanari7\n-----END RSA PRIVATE KEY-----\nafter"
    )
    lines = redacted(pem, generic).lines
    assert len(lines) == 2
    assert lines[1] == "after"
    text = 'set secret "two words 7#"\n description password Kanari7#Vogel! please\n'
    shown = "\n".join(redacted(text, generic).lines)
    assert "two words" not in shown
    assert CANARY not in shown
    cut = redacted("-----BEGIN RSA PRIVATE KEY-----\nMIIBKanari\nKanari7\n", generic)
    assert "Kanari" not in repr(cut)


def write_pack(folder: Path, text: str) -> Problems:
    (folder / "templates" / "config").mkdir(parents=True)
    (folder / "xunjian.yml").write_text("", "utf-8")
    (folder / "templates" / "config" / "odd.yml").write_text(text, "utf-8")
    problems = Problems()
    examine_packs(open_workspace(folder), problems)
    return problems


HEAD = "version: 1\ntitle: t\nevidence: documented\nsyntax: {family: indent}\n"


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (
            "secrets: [{id: a, match: '(cipher (?P<secret>\\S+)', yes: [x], no: [y]}]",
            "secrets.0.match",
        ),
        ("secrets: [{id: a, match: 'cipher \\S+', yes: [x], no: [y]}]", "secrets.0.match"),
        ("volatile: [{id: a, match: '', yes: [x], no: [y]}]", "volatile.0.no.0"),
        ("volatile: [{id: a, match: '^(\\s*\\S+)+#$', yes: ['a #'], no: [y]}]", "volatile.0.match"),
        ("volatile: [{id: a, match: '(a|a)*b', yes: ['ab'], no: [y]}]", "volatile.0.match"),
        ("volatile: [{id: a, match: '^x', yes: ['x']}]", "volatile.0.no"),
        (
            "volatile: [{id: a, match: '^x', until: '^y', yes: [\"x\\ny\"], no: [z]}]",
            "volatile.0.reason",
        ),
        (
            "secrets: [{id: a, match: 'key (?P<secret>\\S+)', yes: ['key one «two»'], no: [y]}]",
            "secrets.0.yes.0",
        ),
        ("ordr: []", "ordr"),
        ("extends: [nowhere]", "extends.0"),
        ("risk: [{id: a, level: enormous, why: w, yes: ['+a'], no: ['-a']}]", "risk.0.level"),
        ("order: [{id: a, section: x, mode: keyed, yes: [x], no: [y]}]", "order.0.key"),
    ],
)
def test_t38_rules_that_do_not_work_are_refused(tmp_path: Path, rule: str, key: str) -> None:
    found = write_pack(tmp_path, HEAD + rule + "\n").found
    assert key in {problem.key for problem in found if "odd.yml" in problem.file}
    assert all(problem.line for problem in found)


def test_t38_shipped_packs_are_in_order() -> None:
    problems = Problems()
    packs = examine_packs(open_workspace(), problems, timed=("builtin", "workspace"))
    assert [problem for problem in problems.found] == []  # noqa: C416  shows them when it fails
    assert GENERIC in packs.names


def test_t38_the_budget_finds_what_backtracks() -> None:
    good = ["^rule (\\d+) ", "cipher (?P<secret>\\S+)", "^\\s*$"]
    bad = ["(a+)+$", "^(\\w+\\s?)*$", "(?:\\s*\\S*)*!"]
    assert too_slow([*good, *bad]) == frozenset(bad)


def test_t39_text_of_a_device_stays_text() -> None:
    pack = small_pack(IOS)
    nasty = "<script>alert(1)</script> | `x` @all =cmd|' /C calc'!A0 \x1b[31mred"
    (found,) = changes("hostname a\n", f"hostname a\ninterface Gi1\n description {nasty}\n", pack)
    shown = "\n".join(found.new)
    assert "\x1b" not in shown
    assert "<script>alert(1)</script>" in shown
    assert all(line.isprintable() for line in found.new)


def test_t40_rules_of_one_pack_do_not_act_in_another() -> None:
    one, other = small_pack(IOS), small_pack(JUNOS)
    text = "Load for five secs: 1%\n"
    assert redacted(text, one).suppressed
    assert not redacted(text, other).suppressed
    assert redacted(text, one).suppressed


def test_t41_large_input() -> None:
    pack = shipped("huawei_vrp")
    count = 10_000
    old = [
        f"ip route-static 203.0.113.{n % 250} 32 192.0.2.{n % 250} preference {n}"
        for n in range(count)
    ]
    new = [f"{line} track {n}" if n % 5 == 0 else line for n, line in enumerate(old)]
    found = changes("\n".join(old), "\n".join(new), pack)
    assert len(found) >= count // 5
    assert len({change.id for change in found}) == len(found)


def test_t41_one_line_of_200_kilobytes() -> None:
    pack = small_pack(IOS)
    old, new = "x " + "a" * 200_000, "x " + "a" * 199_999 + "b"
    (found,) = changes(old + "\n", new + "\n", pack)
    assert len(found.old[0]) < 300
    secret = "password " + "Kanari7#" * 25_000
    result = redacted(f"hostname a\n{secret}\n", pack)
    assert "Kanari" not in repr(result)


def test_placeholders_stay_as_they_are() -> None:
    pack = shipped("huawei_vrp")
    text = "snmp-agent community read cipher %^%#abcdefgh%^%#\n local-user a password irreversible-cipher $1a$abcdefgh$\n"
    once = "\n".join(redacted(text, pack).lines)
    again = redacted(once, pack)
    assert "\n".join(again.lines) == once
    assert again.trust.state is TrustState.TRUSTED


def test_fingerprints_depend_on_the_key() -> None:
    pack = small_pack(IOS)
    text = b"hostname a\nenable secret 9 $9$abcdefgh\nend\n"
    other = text.replace(b"abcdefgh", b"hgfedcba")

    def shown(key: bytes) -> ConfigDiff:
        return diff_texts(text, other, pack, key=key)

    assert shown(KEY).changes[0].id == shown(fresh_key()).changes[0].id
    assert shown(KEY).changes[0].old != shown(fresh_key()).changes[0].old
    assert re.search(r"<secret:hash:[0-9a-f]{8}>", shown(KEY).changes[0].old[0])
