"""Traps T25–T34 of config comparison: parsing and order. Each named after its trap."""

import pytest

from tests.fixtures.config_packs import (
    ASA,
    FORTIOS,
    IOS,
    JUNOS,
    SET,
    SSHD,
    changes,
    kinds,
    shipped,
    small_pack,
    tree,
)
from xunjian.config.model import Change, ChangeKind, Node, Renamed
from xunjian.config.pack import Pack


@pytest.fixture
def vrp() -> Pack:
    return shipped("huawei_vrp")


@pytest.fixture
def ios() -> Pack:
    return small_pack(IOS)


def texts(nodes: tuple[Node, ...]) -> list[str]:
    return [node.text for node in nodes]


def test_t25_banners(ios: Pack, vrp: Pack) -> None:
    text = "banner motd ^C\n no shutdown\nhostname evil\n^C\nbanner login ^C^C\nbanner exec #\nhi\n#\nhostname r1\n"
    roots = tree(text, ios).roots
    assert [root.text.split("\n")[0] for root in roots] == [
        "banner motd ^C",
        "banner login ^C^C",
        "banner exec #",
        "hostname r1",
    ]
    assert roots[0].last_line == 4
    header = 'header login information "\nAuthorised\n#\nstp disable\n"\nsysname A\n'
    found = changes(header, header.replace("Authorised", "Forbidden"), vrp)
    assert kinds(found) == ["changed"]
    assert found[0].path == ()
    assert "stp disable" in found[0].new


def test_t26_certificates_and_keys(ios: Pack) -> None:
    text = "crypto pki certificate chain TP\n certificate self-signed 01\n  30820330 30820218\n  30820330 30820218\n{}quit\nhostname a\n"
    assert changes(text.format("  "), text.format("\t"), ios) == ()
    (chain, host) = tree(text.format("  "), ios).roots
    assert host.text == "hostname a"
    assert len(chain.children) == 1
    found = changes(text.format("  "), text.format("  ").replace("0218\n{}", ""), ios)
    assert found == ()


def test_t26_a_private_key_over_lines_stays_in_its_section() -> None:
    pack = small_pack(FORTIOS)
    text = (
        'config vpn certificate local\n    edit "a"\n        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----\n'
        'BBBB\nCCCC\n-----END ENCRYPTED PRIVATE KEY-----"\n        set comments "x"\n    next\nend\n'
    )
    assert changes(text, text.replace("BBBB", "DDDD"), pack) == ()
    (found,) = changes(text, text.replace('"x"', '"y"'), pack)
    assert found.path == ("config vpn certificate local", 'edit "a"')
    assert "BBBB" not in repr(tree(text, pack))


def test_t27_legal_duplicates(ios: Pack) -> None:
    text = "ip access-list extended A\n remark ---\n permit ip any any\n remark ---\nroute-policy X\n if a then\n endif\n if b then\n endif\n"
    assert changes(text, text, ios) == ()
    (found,) = changes(text, text.replace(" if b then\n endif\n", " if b then\n"), ios)
    assert (found.kind, found.old) == (ChangeKind.REMOVED, ("endif",))
    (more,) = changes("a\n x\n x\n", "a\n x\n x\n x\n", ios)
    assert (more.kind, more.new) == (ChangeKind.ADDED, ("x",))


def test_t27_repeated_root_sections(vrp: Pack) -> None:
    pack = small_pack(FORTIOS)
    once = 'config system global\n    set hostname "a"\n    set timezone 1\nend\n'
    twice = 'config system global\n    set hostname "a"\nend\nconfig system global\n    set timezone 1\nend\n'
    assert changes(once, twice, pack) == ()
    block = "interface Vlanif1\n ip address 192.0.2.1 24\n#\n"
    assert kinds(changes(block, block + block, vrp)) == ["added"]


def test_t28_comware_leading_blank() -> None:
    pack = shipped("hp_comware")
    text = "#\n sysname A\n#\ninterface Vlan-interface1\n ip address 192.0.2.1 24\n#\n ntp-service enable\n ntp-service unicast-server 192.0.2.9\n#\nreturn\n"
    assert texts(tree(text, pack).roots) == [
        "sysname A",
        "interface Vlan-interface1",
        "ntp-service enable",
        "ntp-service unicast-server 192.0.2.9",
    ]


def test_t28_junos_comments_and_inactive() -> None:
    pack = small_pack(JUNOS)
    text = "/* first */\nsystem {\n    /* why\n       it is so */\n    host-name a;\n    inactive: services {\n        ssh;\n    }\n}\n"
    (system,) = tree(text, pack).roots
    assert texts(system.children) == ["host-name a", "inactive: services"]
    found = changes(text, text.replace("inactive: services", "services"), pack)
    assert sorted(kinds(found)) == ["added", "removed"]


def test_t28_fortios_next_and_end() -> None:
    pack = small_pack(FORTIOS)
    text = "config router bgp\n  config neighbor\n    edit 192.0.2.1\n      set remote-as 1\n    next\n  end\n  set as 65000\nend\n"
    (bgp,) = tree(text, pack).roots
    assert texts(bgp.children) == ["config neighbor", "set as 65000"]
    assert tree(text, pack).unparsed == 0
    assert tree(text + "end\nstray\n", pack).unparsed == 2


def test_t29_flat_syntax_takes_its_path_from_the_text() -> None:
    asa = small_pack(ASA)
    acl = "access-list OUT extended permit tcp any any eq {}\n"
    old = "hostname fw\n" + acl.format(1) + acl.format(2) + acl.format(3)
    new = "hostname fw\n" + acl.format(3) + acl.format(1) + acl.format(2)
    (found,) = changes(old, new, asa)
    assert (found.kind, found.path) == (ChangeKind.MOVED, ("access-list OUT",))
    flat = small_pack(SET)
    term = "set firewall family inet filter F term {} then {}\n"
    lines = [term.format(name, "accept") for name in "abc"]
    (moved,) = changes("".join(lines), "".join([lines[2], *lines[:2]]), flat)
    assert (moved.kind, moved.path) == (ChangeKind.MOVED, ("firewall family inet filter F",))


def test_t30_only_the_indent_changed(ios: Pack) -> None:
    old = "router bgp 1\n neighbor a\n  remote-as 2\nhostname x\n"
    assert (
        changes(
            old, old.replace(" neighbor", "   neighbor").replace("  remote", "     remote"), ios
        )
        == ()
    )
    found = changes(old, old.replace("  remote", " remote"), ios)
    assert sorted(kinds(found)) == ["added", "removed"]
    assert {change.path for change in found} == {("router bgp 1",), ("router bgp 1", "neighbor a")}


USG = "security-policy\n" + "".join(
    f" rule name {name}\n  source-zone trust\n  action permit\n" for name in ("a", "b", "c", "d")
)
USG_A = " rule name a\n  source-zone trust\n  action permit\n"
USG_MOVED = USG.replace(USG_A, "") + USG_A
FGT = (
    "config firewall policy\n"
    + "".join(
        f"    edit {n}\n        set name p{n}\n        set action accept\n    next\n"
        for n in range(1, 5)
    )
    + "end\n"
)
TERM = "firewall {{\n    filter F {{\n{}    }}\n}}\n"
TERMS = [f"        term {n} {{\n            then accept;\n        }}\n" for n in "abcd"]
MATCH = [f"Match Group g{n}\n    X11Forwarding no\n" for n in range(4)]
CLASSES = [f" class C{n}\n  priority {n}\n" for n in range(4)]


def moved_to_top(parts: list[str]) -> list[str]:
    return [parts[-1], *parts[:-1]]


@pytest.mark.parametrize(
    ("pack", "old", "new", "neighbours"),
    [
        pytest.param(
            shipped("huawei_vrp"),
            USG,
            USG_MOVED,
            (("", "rule name b"), ("rule name d", "")),
            id="usg",
        ),
        pytest.param(
            small_pack(FORTIOS),
            FGT,
            "config firewall policy\n    edit 4\n        set name p4\n        set action accept\n    next\n"
            + FGT.removeprefix("config firewall policy\n").replace(
                "    edit 4\n        set name p4\n        set action accept\n    next\n", ""
            ),
            (("edit 3", ""), ("", "edit 1")),
            id="fortios",
        ),
        pytest.param(
            small_pack(JUNOS),
            TERM.format("".join(TERMS)),
            TERM.format("".join(moved_to_top(TERMS))),
            (("term c", ""), ("", "term a")),
            id="junos",
        ),
        pytest.param(
            small_pack(SSHD),
            "".join(MATCH),
            "".join(moved_to_top(MATCH)),
            (("Match Group g2", ""), ("", "Match Group g0")),
            id="sshd",
        ),
        pytest.param(
            shipped("linux_sshd"),
            "Port 22\n" + "".join(MATCH),
            "Port 22\n" + "".join(moved_to_top(MATCH)),
            (("Match Group g2", ""), ("", "Match Group g0")),
            id="sshd as shipped",
        ),
        pytest.param(
            small_pack(IOS),
            "policy-map QOS\n" + "".join(CLASSES),
            "policy-map QOS\n" + "".join(moved_to_top(CLASSES)),
            (("class C2", ""), ("", "class C0")),
            id="policy-map",
        ),
        pytest.param(
            shipped("huawei_vrp"),
            "acl number 3001\n rule 5 permit ip source 192.0.2.1 0\n rule 10 permit ip source 192.0.2.2 0\n rule 15 deny ip\n",
            "acl number 3001\n rule 5 deny ip\n rule 10 permit ip source 192.0.2.1 0\n rule 15 permit ip source 192.0.2.2 0\n",
            (
                ("rule 10 permit ip source 192.0.2.2 0", ""),
                ("", "rule 10 permit ip source 192.0.2.1 0"),
            ),
            id="acl",
        ),
    ],
)
def test_t31_first_match_lists_moved(
    pack: Pack, old: str, new: str, neighbours: tuple[tuple[str, str], tuple[str, str]]
) -> None:
    found = changes(old, new, pack)
    assert kinds(found) == ["moved"]
    assert (found[0].before, found[0].after) == neighbours


def test_t32_insert_at_the_top_is_one_added(ios: Pack) -> None:
    old = "ip access-list extended A\n 10 permit ip host 192.0.2.1 any\n 20 deny ip any any\n"
    new = old.replace(" 10 permit", " 5 permit icmp any any\n 10 permit")
    (found,) = changes(old, new, ios)
    assert (found.kind, found.new) == (ChangeKind.ADDED, ("5 permit icmp any any",))
    plain = old.replace(" 10 ", " ").replace(" 20 ", " ")
    (bare,) = changes(plain, plain.replace(" permit", " permit icmp any any\n permit", 1), ios)
    assert (bare.kind, bare.new) == (ChangeKind.ADDED, ("permit icmp any any",))


def test_t32_numbered_anew(ios: Pack) -> None:
    old = "ip access-list extended A\n 10 permit ip any any\n 20 deny ip any any\n 30 permit tcp any any\n"
    new = old.replace(" 10 ", " 5 ").replace(" 20 ", " 10 ").replace(" 30 ", " 15 ")
    (found,) = changes(old, new, ios)
    assert found.kind is ChangeKind.RENUMBERED
    assert len(found.old) == len(found.new) == 3


def test_t32_rules_in_another_text_order_are_the_same(vrp: Pack) -> None:
    old = "acl number 3001\n rule 5 permit tcp\n rule 10 deny ip\n"
    assert changes(old, "acl number 3001\n rule 10 deny ip\n rule 5 permit tcp\n", vrp) == ()


def test_t33_another_order_where_it_means_nothing(ios: Pack) -> None:
    from xunjian.config.compare import compare

    old = "interface a\n x\n y\nntp server 192.0.2.1\nntp server 192.0.2.2\n"
    new = "ntp server 192.0.2.2\nntp server 192.0.2.1\ninterface a\n y\n x\n"
    result = compare(tree(old, ios), tree(new, ios), ios)
    assert result.changes == ()
    assert result.reordered == ((), ("interface a",))


def test_t34_a_renamed_object_shows_with_its_references(vrp: Pack) -> None:
    text = "ip address-set {0} type object\n address 0 192.0.2.1 mask 32\n#\nsecurity-policy\n rule name a\n  source-address address-set {0}\n  action permit\n"
    found = changes(text.format("old"), text.format("new"), vrp)
    come, gone, refers = found
    assert kinds(found) == ["added", "removed", "changed"]
    assert gone.renamed == Renamed(old="old", new="new", other=come.id)
    assert come.renamed == Renamed(old="old", new="new", other=gone.id)
    assert refers.path == ("security-policy", "rule name a")
    assert refers.renamed == Renamed(old="old", new="new")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("huawei_vrp", "acl name a\n rule 5 permit ip\n", "acl name b\n rule 5 deny ip\n"),
        (
            "huawei_vrp",
            "acl name a\n rule 5 permit ip\n#\nacl name b\n rule 5 permit ip\n",
            "acl name c\n rule 5 permit ip\n#\nacl name d\n rule 5 permit ip\n",
        ),
        ("huawei_vrp", "acl number 3001\n", "acl number 3002\n"),
        ("cisco_ios", "ip access-list standard a\n permit any\n", "ip access-list extended b\n permit any\n"),
    ],
    ids=["other content", "more than one", "no content", "other kind"],
)  # fmt: skip
def test_t34_what_is_not_certain_is_no_rename(name: str, old: str, new: str) -> None:
    found = changes(old, new, shipped(name))
    assert len(found) >= 2
    assert [change.renamed for change in found] == [None] * len(found)


def test_t34_a_renamed_fortigate_object() -> None:
    text = 'config firewall address\n    edit "{0}"\n        set subnet 192.0.2.1 255.255.255.255\n    next\nend\n'
    found = changes(text.format("old name"), text.format("new name"), shipped("fortinet"))
    assert {change.kind.value for change in found} == {"added", "removed"}
    assert {change.renamed.old for change in found if change.renamed} == {"old name"}


def test_change_ids_last(ios: Pack) -> None:
    old = "hostname a\nusername x secret 9 $9$aaa$bbbbbbbb\n"
    new = "hostname b\nusername x secret 9 $9$ccc$dddddddd\n"
    first = {change.id for change in changes(old, new, ios)}
    later = {change.id for change in changes("! moved down\n\n" + old, "!\n" + new, ios)}
    assert first == later
    assert len(first) == 2
    other = changes(old, new.replace("dddddddd", "eeeeeeee"), ios)
    assert {change.id for change in other} == first


def test_the_same_change_at_another_place_is_another(ios: Pack) -> None:
    base = "policy-map QOS\n class A\n class B\n"
    top: tuple[Change, ...] = changes(base, base.replace(" class A", " class C\n class A"), ios)
    end = changes(base, base + " class C\n", ios)
    assert top[0].new == end[0].new
    assert top[0].id != end[0].id


def test_equal_changes_have_names_of_their_own(ios: Pack) -> None:
    found = changes("a\n", "a\n!\nx\nx\n", ios)
    assert len({change.id for change in found}) == len(found) == 2
