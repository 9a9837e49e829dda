"""Every command in its normal and its failing situations: exit code, stream, and the hint."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.command_line import call
from xunjian.cli.app import COMMANDS
from xunjian.lab import LabHandle

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, pathlib
from xunjian.store.lock import held
with held(pathlib.Path(sys.argv[1]), "run somebody"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def places(
    lab: LabHandle, begun: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Folders in every state a user may bring, by the name the table uses."""
    base = tmp_path_factory.mktemp("places")
    lab.plant()
    shutil.copytree(begun, base / "lab")
    named = {name: base / name for name in ("fresh", "broken", "bare", "empty", "held", "corrupt")}
    for name in ("fresh", "broken", "held"):
        assert call("init", named[name]).code == 0
    hosts = named["broken"] / "inventory" / "hosts.yml"
    hosts.write_text(hosts.read_text("utf-8").replace("kind: projector", "kind: projectr"), "utf-8")
    for name in ("bare", "empty"):
        named[name].mkdir()
    (named["bare"] / "xunjian.yml").write_text("language: zh\n", "utf-8")
    shutil.copytree(begun, named["corrupt"])
    (named["corrupt"] / ".xunjian" / "store.sqlite").write_bytes(b"no database at all " * 4096)
    (base / "file").write_text("", "utf-8")
    (base / "nothing.txt").write_text("", "utf-8")
    (base / "clock.txt").write_text(CLOCK, "utf-8")
    for name, sysname in (("old.cfg", "HZ-SW1"), ("new.cfg", "HZ-SW2")):
        (base / name).write_text(CONFIGURATION.format(sysname=sysname), "utf-8")
    (base / "junk.txt").write_text("no such thing\n", "utf-8")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(named["held"] / ".xunjian")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    yield {
        **{name: str(path) for name, path in named.items()},
        "lab": str(base / "lab"),
        "past": (lab.directory / ".lab" / "history").read_text("utf-8"),
        "under_file": str(base / "file" / "out"),
        "out": str(base / "out"),
        "new": str(base / "new"),
        "nothing": str(base / "nothing.txt"),
        "clock": str(base / "clock.txt"),
        "old_cfg": str(base / "old.cfg"),
        "new_cfg": str(base / "new.cfg"),
        "junk": str(base / "junk.txt"),
        "holder": str(holder.pid),
    }
    holder.communicate(timeout=30)


CLOCK = "2026-11-21 10:00:00+08:00\nSaturday\nTime Zone(China-Standard-Time) : UTC+08:00\n"
CONFIGURATION = "#\nsysname {sysname}\n#\nvlan batch 10\n#\nsnmp-agent\n#\nntp-service\n#\nreturn\n"

# command line (words in braces are places) | exit code | what stdout or stderr must say
TABLE = """
--version                                                   | 0 | xunjian \\d
--help                                                      | 0 | 巡检
--help --lang en                                            | 0 | Inspection rounds
.                                                           | 2 | inventory
lab                                                         | 2 | faults
rum                                                         | 2 | 是否想写 run
rum --lang fr                                               | 2 | zh、en
rum --lang en                                               | 2 | did you mean run
run --limt x                                                | 2 | 是否想写 --limit
run --forks many                                            | 2 | --forks.*应为整数
run --forks 0                                               | 2 | --forks.*应不小于 1
run --forks                                                 | 2 | 选项缺少值：--forks
run daily monthly                                           | 2 | 用法：xunjian run
run --check=1 daily                                         | 2 | 选项不带值：--check
list hosts --format xml                                     | 2 | table、json
list hosts -w {nowhere}                                     | 2 | 没有这个目录
list hosts -w {empty}                                       | 2 | init
list hosts -w {nowhere}                                     | 2 | xunjian init
verify {nowhere}.zip                                        | 2 | 没有这个文件
verify {clock}                                              | 3 | 不是证据包
init {new}                                                  | 0 | known_hosts
init {fresh}                                                | 2 | 目录不是空的
init {under_file}                                           | 2 | 建不了工作区
lint -w {fresh}                                             | 0 | 内容无误
lint -w {broken}                                            | 2 | hosts.yml:\\d+:hz-hall-projector
lint -w {bare}                                              | 2 | 清单
list hosts -w {lab}                                         | 0 | hz-core-sw1
list hosts -w {lab} -l hz-cor*                              | 0 | hz-core-sw2
list hosts -w {lab} -l nobody                               | 4 | nobody
list hosts -w {lab} -l hz-core-sw                           | 4 | hz-core-sw
list hosts -w {lab} -W kind=='usp'                          | 4 | .
list hosts -w {lab} -W kidn=='ups'                          | 2 | kind
list hosts -w {bare}                                        | 2 | 清单
list hosts -w {broken}                                      | 2 | 是否想写 projector
list playbooks -w {lab}                                     | 0 | pre_holiday
list tasks -w {lab}                                         | 0 | environment
list checks -w {lab}                                        | 0 | environment.fan
list platforms -w {lab}                                     | 0 | huawei_vrp
list runs -w {lab}                                          | 0 | {past}
list runs -w {corrupt}                                      | 2 | 数据库文件损坏
list findings -w {lab}                                      | 0 | normal
list findings -w {lab} --run {past}x                        | 2 | 是否想写 {past}
list content -w {lab}                                       | 0 | playbooks/daily.yml
list hostz                                                  | 2 | 是否想写 hosts
explain environment -w {lab}                                | 0 | environment.fan
explain environment.fan -w {lab}                            | 0 | display fan
explain enviroment -w {lab}                                 | 2 | 是否想写 environment
run daily -w {lab} --check                                  | 0 | 没有联系任何设备
run daily -w {lab} --list-hosts                             | 0 | hz-ups1
run daily -w {lab} -l hz-ups2 -t ups -o {out}           | 0 | 退出码 0
run daily -w {lab} -l hz-ups2 --min-coverage 100 -o {out}   | 0 | 退出码 0
run daily -w {lab} -l nobody                                | 4 | nobody
run daily -w {lab} -t upz                                   | 4 | 是否想写 ups
run daily -w {lab} -t upz --check                           | 4 | 没有项目带这个标签
run daily -w {lab} -l hz-ups2 -o {under_file}               | 2 | 写不了
run daily -w {lab} --at someday                             | 2 | 如 2026
run daily -w {lab} --format html,pfd                        | 2 | pfd
run daily -w {lab} --fail-on abnormel                       | 2 | 是否想写 abnormal
run daily -w {lab} --min-coverage 101                       | 2 | 101
run daily -w {lab} -k                                       | 2 | 没有终端
run -w {lab}                                                | 2 | list playbooks
run daly -w {lab}                                           | 2 | 是否想写 daily
run daily -w {broken}                                       | 2 | 是否想写 projector
run daily -w {bare}                                         | 2 | 清单
run daily -w {corrupt} -l hz-ups2                           | 2 | 先备份
run daily -w {held}                                         | 6 | 进程 {holder}
run --resume {past}x -w {lab}                               | 2 | 是否想写 {past}
run --failed {past}x -w {lab}                               | 2 | 是否想写 {past}
run daily --failed {past} -w {lab}                          | 2 | pre_holiday
run --failed {past} -w {lab}                                | 4 | .
exec 'display clock' -w {lab} -l hz-acc-sw1                 | 0 | == hz-acc-sw1 ==
exec 'display clock' -w {lab} -l ups                        | 4 | hz-ups1：未做
exec 'display clock' -w {lab} -l nobody                     | 4 | nobody
exec 'cat /proc/uptime' -w {lab} -l hz-srv1                 | 0 | \\d
parse --platform huawei_vrp --command 'display clock' {clock}      | 0 | "Clock"
parse --platform huawei --command 'display clock' {clock}          | 0 | "huawei_vrp"
parse --platform huawei_vrp --command 'display clock' {clock} --format table | 0 | Clock
parse --platform huawei_vrp --command 'display clock' {nothing}    | 3 | .
parse --platform huawei_vrp --command 'display clock' {junk}       | 3 | .
parse --platform huawei_vrp --command 'display nonsense' {clock}   | 3 | .
parse --platform nobody --command 'display clock' {clock}          | 3 | nobody
parse --platform nobody --command 'display clock' {clock}          | 3 | list platforms
parse --platform huawei_vpr --command 'display clock' {clock}      | 3 | 是否想写 huawei_vrp
parse --platform huawei_vrp --command 'display clock' {nowhere}    | 2 | 读不了
parse --platform huawei_vrp {clock}                                | 2 | --command
replay {past} -w {lab} -o {out}                             | 0 | 重新判定 {past}
replay {past}x -w {lab}                                     | 2 | 是否想写 {past}
replay {empty}                                              | 2 | 不是工作区
replay {fresh}                                              | 2 | 没有任何一轮
replay {past} -w {corrupt}                                  | 2 | 先备份
report run {past} -w {lab} -o {out}                         | 0 | {out}
report run {past} -w {lab} -o {under_file}                  | 2 | 写不了
report run {past}x -w {lab}                                 | 2 | 是否想写 {past}
diff {old_cfg} {old_cfg} --platform huawei_vrp               | 0 | 没有变更
diff {old_cfg} {new_cfg} --platform huawei_vrp               | 1 | sysname HZ-SW2
diff {old_cfg} {new_cfg} --platform huawei_vrp --fail-on critical | 0 | sysname HZ-SW2
diff {old_cfg} {junk} --platform huawei_vrp                  | 3 | 没有结束标记
diff {old_cfg} {nowhere} --platform huawei_vrp               | 2 | 读不了
diff {old_cfg} --platform huawei_vrp                         | 2 | 缺少.*NEW
diff {old_cfg} {new_cfg}                                     | 2 | --platform
diff {old_cfg} {new_cfg}                                     | 2 | list platforms
diff {old_cfg} {new_cfg} --platform huawei_vrp --format xml  | 2 | unified
diff -w {lab} -l nobody                                      | 4 | nobody
diff -w {lab} -l hz-acc-sw1 --against someday                | 2 | --against
diff -w {broken} -l hz-core-1                                | 2 | 是否想写 projector
backup -w {lab} -l nobody                                    | 4 | nobody
backup -w {held} -l hz-core-1                                | 6 | 进程 {holder}
baseline                                                     | 2 | accept
baseline show -w {lab} -l hz-acc-sw1                         | 0 | sysname HZ-ACC-SW1
baseline show -w {lab} -l hz-ups1                            | 3 | 尚无基线
baseline history -w {lab} -l hz-acc-sw1                      | 0 | baseline: initial
baseline history -w {lab} -l hz-ups1                         | 3 | 尚无基线
baseline accept -w {lab}                                     | 2 | -l
baseline accept -w {lab} -l hz-acc-sw1                       | 0 | 没有变更
baseline accept -w {lab} -l hz-ups1                          | 3 | 尚无基线
baseline approve -w {lab} -l hz-acc-sw1                      | 2 | CHANGE
baseline approve c-1 -w {lab} -l hz-acc-sw1 --scope planned  | 2 | --until
reference accept {past} -w {lab} -l hz-ups1                 | 0 | hz-ups1
reference accept {past}x -w {lab}                           | 2 | 是否想写 {past}
reference accept x -w {held}                                | 2 | list runs
verify -w {lab}                                             | 0 | 完好
verify -w {corrupt}                                         | 2 | 先备份
inventory check -w {lab}                                    | 0 | 清单无误
inventory check -w {broken}                                 | 2 | 是否想写 projector
inventory check -w {fresh} -i {lab}/inventory               | 0 | 36
inventory trust -w {lab} -l hz-acc-sw1 --yes                | 0 | 已登记
inventory trust -w {lab} -l hz-acc-sw1                      | 2 | --yes
inventory trust -w {lab} -l ups --yes                       | 4 | SSH
inventory trust -w {fresh} -l hz-core-1 --yes               | 3 | 设备未应答
store prune -w {lab}                                        | 2 | --keep-days
store prune -w {lab} --keep-days 4000                       | 0 | 清理 0 件
store prune -w {lab} --keep-days 0                          | 2 | 应不小于 1
store prune -w {held} --keep-days 10                        | 6 | 进程 {holder}
store prune -w {corrupt} --keep-days 10                     | 2 | 先备份
config -w {lab}                                             | 0 | fail_on
lab faults                                                  | 0 | fan-failed
lab up --detach {new}-lab --fault fan-faild                 | 2 | 是否想写 fan-failed
lab up --detach {fresh}                                     | 2 | 目录不是空的
lab up --detach {new}-lab --devices -1                      | 2 | --devices
lab down {empty}                                            | 0 | 没有在运行
demo -o {under_file}                                        | 2 | 写不了
calendar check 2026-10-01 -w {lab}                          | 0 | 国庆
calendar check someday -w {lab}                             | 2 | someday
calendar plan 2031 -w {lab}                                 | 2 | calendar.yml
due -w {lab} --at 2026-04-28                                | 0 | 五一
rounds list -w {lab}                                        | 0 | daily
rounds record nothing -w {lab} --by 张三                    | 2 | nothing
coverage -w {lab} --period 2026Q9                           | 2 | 2026Q9
freeze -w {lab}                                             | 0 | 国庆
freeze override nothing -w {lab} --by 张三 --reason 抢修 --approved-by 李四 --until 2026-10-03 | 2 | nothing
forms export nothing -w {lab}                               | 2 | nothing
forms import latest {junk} -w {lab}                         | 2 | 这不是巡检表
waive F0000000000 -w {lab} --approver 李四 --reason 待换 --until 2098-01-01 | 2 | F0000000000
notices list -w {lab}                                       | 0 | 没有
notices test nobody -w {lab}                                | 2 | nobody
"""


def _rows() -> list[tuple[str, int, str]]:
    rows = []
    for line in TABLE.strip().splitlines():
        words, code, said = line.split(" | ")
        rows.append((words.strip(), int(code), said.strip()))
    return rows


def _filled(text: str, places: dict[str, str]) -> str:
    for name, value in {**places, "nowhere": places["empty"] + "/nowhere"}.items():
        text = text.replace("{" + name + "}", value)
    return text


def _words(line: str) -> list[str]:
    """Split at spaces outside '…' (the quotes inside an expression stay)."""
    found = re.findall(r"(?:^|(?<=\s))'[^']*'(?=\s|$)|\S+", line)
    return [word.strip("'") if word.startswith("'") else word for word in found if word != "."]


@pytest.mark.parametrize(("line", "code", "said"), _rows(), ids=lambda value: str(value)[:70])
def test_command_situation_code(line: str, code: int, said: str, places: dict[str, str]) -> None:
    heard = call(*_words(_filled(line, places)))
    assert heard.code == code, heard
    assert re.search(_filled(said, places), heard.out + heard.err), heard
    assert "Traceback" not in heard.err
    assert "internal" not in heard.err
    if code not in {0, 2} or (code == 2 and "错误" in heard.err):
        assert heard.err, "why it failed is said, and on stderr"
    if code == 2:
        assert "错误" not in heard.out


def test_every_command_is_in_the_table() -> None:
    first = {_words(line)[0] for line, _, _ in _rows() if _words(line)}
    assert set(COMMANDS) <= first


def test_ctrl_c_before_any_work_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xunjian.cli.list.platforms", broken_off)
    said = call("list", "platforms")
    assert (said.code, said.out, said.err) == (130, "", "已中断\n")
