"""Every planted mistake of a workspace is named with file, line and key; nothing else is."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.command_line import Said, call

CANARY = "Plain-Canary-71"
MARK = re.compile(r"\s*## (?P<key>\S*) (?P<word>.*)$")

# A line ends in `## key word`: a mistake stands there, under this key, and the message has the
# word. The marks are cut off before the file is written.
FILES = {
    "xunjian.yml": """
        fail_on: abnormel             ## fail_on abnormal
        forsk: 3                      ## forsk forks
        recipient: age1tooshort       ## recipient 格式
        """,
    "inventory/hosts.yml": """
        sw-1:
          hostname: 127.0.40.1
          platfrom: huawei_vrp        ## sw-1.platfrom platform
          data:
            kind: switch
            room: hal                 ## sw-1.data.room hall
            limits:
              environment.temperature: {warning: 70, critical: 60}   ## sw-1.data.limits.environment.temperature 70
              environment.temprature: {critical: 60}                 ## sw-1.data.limits.environment.temprature environment.temperature
              environment.fan: {hottest: 3}                          ## sw-1.data.limits.environment.fan.hottest hottest
        sw-2:
          hostname: 127.0.40.2
          platform: huawei_vpr        ## sw-2.platform huawei_vrp
          groups: [nogroup]           ## sw-2.groups.0 nogroup
          password: Plain-Canary-71   ## sw-2.password .
          data: {kind: swich, uplink: [sw-1]}   ## sw-2.data.kind switch
        sw-3:
          hostname: 127.0.40.3
          hostname: 127.0.40.4        ## sw-3.hostname 两次
          data: {kind: switch}
        """,
    "inventory/sites.yml": """
        sites:
          here: {title: 本地, level: citty}     ## sites.here.level city
        rooms:
          hall: {title: 会场, class: core, site: her}        ## rooms.hall.site here
        """,
    "playbooks/thresholds.yml": """
        battery.charge: {warning: 5, critical: 10}        ## battery.charge 越过
        output.load: {warning: 95, critical: 130}         ## output.load.critical 百分数
        environment.temperature: {critical: .nan}         ## environment.temperature.critical 数
        battery.chrage: {warning: 50}                     ## battery.chrage battery.charge
        battery.runtime: {warning: long}                  ## battery.runtime.warning 数
        """,
    "playbooks/weekly.yml": """
        name: weekly
        title: 周检
        occasion: weekley              ## occasion weekly|其中之一
        hosts: all
        tasks: [identity, batery]      ## tasks.1 battery
        run: {workers: 0}              ## run.workers 1
        report: {formats: [pfd]}       ## report.formats.0 pdf
        """,
    "playbooks/halfway.yml": """
        name: halfway
        title: [unfinished
        tasks: [identity]              ## . YAML
        """,
    "tasks/switch/writes.yml": """
        name: writes
        title: 会写的卡
        kinds: [switch]
        collect:
          huawei_vrp:
            - fact: Reading
              channel: cli
              send: reset counters interface       ## collect.huawei_vrp.0.send 只读
              parse: lines
              pattern: '(?P<name>\\S+)'
          huawei_vpr:                              ## collect.huawei_vpr huawei_vrp
            - fact: Reading
              channel: cli
              send: display clock
              parse: lines
              pattern: '(?P<name>\\S+)'
        checks: []
        """,
    "tasks/switch/unknowns.yml": """
        name: unknowns
        title: 名字写错的卡
        kinds: [swich]                             ## kinds.0 switch
        collect:
          huawei_vrp:
            - fact: Fann                           ## collect.huawei_vrp.0.fact Fan
              channel: cli
              send: display fan
              parse: broken.textfsm
        checks:
          - id: unknowns.one
            title: 甲
            for_each: Tempreature                  ## checks.0.for_each Temperature
            abnormal: celsius > 3
            message: 甲
            source: 本测试
          - id: unknowns.two
            title: 乙
            for_each: Temperature
            value: celsuis                         ## checks.1.value celsius
            worse: high
            limits: {warning: 9, critical: 1}      ## checks.1.limits 9
            message: 乙
            source: 本测试
          - id: unknowns.three
            title: 丙
            for_each: Temperature
            abnormal: rond(celsius) > 3            ## checks.2.abnormal round
            message: 丙
            source: 本测试
        """,
    "templates/parse/huawei_vrp/broken.textfsm": """
        Value SLOT (\\d+          ## . TextFSM

        Start
          ^${SLOT} -> Record
        """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One mistake: where it stands and a word that its message must have."""

    file: str
    line: int
    key: str
    word: str


def plant(folder: Path) -> list[Planted]:
    """Write the broken workspace; gives its mistakes."""
    planted = []
    for name, marked in FILES.items():
        lines = []
        for number, line in enumerate(textwrap.dedent(marked).strip("\n").splitlines(), 1):
            if mark := MARK.search(line):
                key = "" if mark["key"] == "." else mark["key"]
                planted.append(Planted(file=name, line=number, key=key, word=mark["word"]))
            lines.append(MARK.sub("", line))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return planted


def named(heard: Said) -> list[str]:
    return [line.strip() for line in heard.err.splitlines() if line.startswith("  ")]


def is_named(planted: Planted, lines: list[str]) -> bool:
    where = ":".join(part for part in (planted.file, str(planted.line), planted.key) if part)
    return any(
        line.startswith(f"{where}: ") and re.search(planted.word, line) is not None
        for line in lines
    )


def test_every_mistake_is_named_and_nothing_else(tmp_path: Path) -> None:
    planted = plant(tmp_path)
    heard = call("lint", "-w", tmp_path)
    assert heard.code == 2
    lines = named(heard)
    assert [one for one in planted if not is_named(one, lines)] == []
    extra = [line for line in lines if not any(is_named(one, [line]) for one in planted)]
    assert extra == []
    assert len(lines) == len(planted)
    assert f"{len(planted)} 处错误" in heard.err
    assert CANARY not in heard.out + heard.err


SNMP_SECRET = """
u-1:
  hostname: 127.0.40.1
  platform: rfc1628
  data: {kind: ups}
  connection_options:
    snmp:
      extras: {community: Plain-Canary-71}
"""
HOST = "d-1: {hostname: 127.0.40.1, platform: huawei_vrp, data: {kind: switch}}\n"


@pytest.mark.parametrize(
    ("name", "content", "where", "word"),
    [
        ("inventory/hosts.yml", ("# 杭州\n" + HOST).encode("gbk"), ":1:", "GBK"),
        ("inventory/hosts.yml", HOST.encode("utf-16"), ":1:", "UTF-16"),
        ("inventory/hosts.yml", b"\x00\xff\xfe\x81" * 9, ":1:", "UTF-8"),
        ("inventory/hosts.yml", b"d-1:\n\thostname: x\n", ":2:", "制表符"),
        ("inventory/hosts.yml", b"d-1: {hostname: [x}\n", ":1:", "YAML"),
        ("inventory/hosts.yml", b"- d-1\n", "hosts.yml", "映射"),
        ("inventory/hosts.yml", SNMP_SECRET.encode(), "community", "引用"),
        ("inventory/sites.yml", b"sites: {a: [\n", ":", "YAML"),
        ("inventory/sites.yml", "sites: {甲: {}}".encode("gbk"), ":1:", "GBK"),
        ("playbooks/daily.yml", "name: daily # 每日".encode("gbk"), ":1:", "GBK"),
        ("playbooks/thresholds.yml", "# 阈值\n".encode("utf-16"), ":1:", "UTF-16"),
        ("tasks/ups/battery.yml", "name: 电池".encode("gbk"), ":1:", "GBK"),
        ("tasks/ups/battery.yml", b"name: battery\nchecks: [\n", ":", "YAML"),
        ("templates/platforms/linux.yml", b"title: {zh: \n- x", ":", "YAML"),
        (
            "templates/platforms/newbox.yml",
            b"title: New\nchannels: [cli]\nprompt: '(['\n",
            ":3:prompt",
            "正则",
        ),
        ("templates/parse/linux/df.textfsm", "Value 甲 (.*)".encode("gbk"), ":1:", "GBK"),
        ("xunjian.yml", "# 设置\nforks: 3\n".encode("gbk"), ":1:", "GBK"),
        ("xunjian.yml", b"forks: many\n", ":1:forks", "整数"),
        ("xunjian.yml", b"min_coverage: 120\n", ":1:min_coverage", "100"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_one_broken_file_is_one_mistake(
    tmp_path: Path, name: str, content: bytes, where: str, word: str
) -> None:
    folder = tmp_path / "ws"
    assert call("init", folder).code == 0
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    heard = call("lint", "-w", folder, "--debug")
    assert heard.code == 2, heard
    (line,) = named_in(heard, name)
    assert where in line
    assert word in line
    assert CANARY not in heard.err


def named_in(heard: Said, name: str) -> list[str]:
    lines = [line for line in named(heard) if re.match(r"\S+\.(yml|textfsm)", line)]
    assert all(line.startswith(name) for line in lines), lines
    return lines


@pytest.mark.parametrize("command", ["run daily", "list hosts", "inventory check", "lint"])
def test_a_plain_secret_is_never_echoed(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "ws"
    assert call("init", folder).code == 0
    hosts = "d-1: {hostname: 127.0.40.1, username: me, password: Plain-Canary-71}\n"
    (folder / "inventory" / "hosts.yml").write_text(hosts, "utf-8")
    for words in ((), ("--debug",), ("--lang", "en", "--debug")):
        heard = call(*command.split(), "-w", folder, *words)
        assert heard.code == 2
        assert "hosts.yml:1:d-1.password" in heard.err
        assert CANARY not in heard.out + heard.err


def test_a_broken_card_hinders_only_what_needs_cards(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    assert call("init", folder).code == 0
    card = folder / "tasks" / "ups" / "battery.yml"
    card.parent.mkdir()
    card.write_text("name: battery\n", "utf-8")
    for command in ("list hosts", "list runs", "list playbooks", "config", "verify"):
        assert call(*command.split(), "-w", folder).code == 0
    for command in ("run daily", "list tasks", "explain battery", "run daily --check"):
        heard = call(*command.split(), "-w", folder)
        assert heard.code == 2
        assert "tasks/ups/battery.yml:1:" in heard.err
