"""Every fault the lab can plant: where, what a round must say about it, and how it is planted.

A fault is either other data (a folder `personalities/<personality>/faults/<name>/` whose files
override the clean ones) or a behaviour of the device, or both. A *borne* fault is one the round
must live with: the named check is expected to be normal all the same.
"""

from dataclasses import dataclass
from enum import StrEnum

from xunjian.checks.model import Verdict
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.mistakes import nearest_hint


class Behaviour(StrEnum):
    """What a device does otherwise than a healthy one."""

    NONE = ""
    DEAD = "dead"  # nothing listens at its port
    HANGS = "hangs"  # stops in the middle of its second answer, the connection stays open
    DRIPS = "drips"  # answers in small chunks with a pause before each
    REFUSES_LOGIN = "refuses_login"
    SPEAKS_GBK = "speaks_gbk"  # names in GBK, cut across chunk borders
    ASKS_AT_LOGIN = "asks_at_login"
    ALWAYS_PAGES = "always_pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    check, verdict: what a round must find. also: further checks that may speak because of it
    (shell patterns over check ids). blocks: the device's other tasks cannot be read, and every
    unknown or unread thing on it is explained.
    """

    name: str
    title: Text
    device: str
    check: str
    verdict: Verdict
    behaviour: Behaviour = Behaviour.NONE
    also: tuple[str, ...] = ()
    blocks: bool = False

    @property
    def borne(self) -> bool:
        """Whether a round is expected to be undisturbed."""
        return self.verdict is Verdict.NORMAL


def _data(name: str, device: str, check: str, title: Text, *also: str) -> Fault:
    return Fault(
        name=name, device=device, check=check, verdict=Verdict.ABNORMAL, title=title, also=also
    )


_FAULTS = (
    _data("fan-failed", "hz-core-sw1", "environment.fan", Text("风扇故障", "a fan has failed")),
    _data(
        "psu-no-input",
        "hz-core-sw2",
        "environment.power",
        Text("电源无输入", "a power supply has no input"),
    ),
    _data(
        "temperature-high",
        "hz-core-sw2",
        "environment.temperature",
        Text("温度过高", "temperature too high"),
    ),
    _data(
        "optic-low",
        "hz-core-sw1",
        "optics.rx_power",
        Text("光模块收光过低", "received light too low"),
    ),
    _data(
        "interface-errors",
        "hz-agg-sw1",
        "interfaces.errors",
        Text("接口误码增长", "interface errors grow"),
    ),
    _data("cpu-high", "hz-core-sw2", "cpu_memory.cpu", Text("CPU 占用过高", "CPU use too high")),
    _data("disk-full", "hz-srv1", "storage.used", Text("磁盘已满", "a disk is full")),
    _data(
        "unit-failed",
        "hz-srv2",
        "services.failed",
        Text("服务启动失败", "a service has failed"),
        "services.*",
    ),
    _data(
        "clock-off", "hz-core-sw1", "clock.offset", Text("时钟偏差", "the clock is off"), "clock.*"
    ),
    _data(
        "session-full",
        "hz-fw1",
        "sessions.used",
        Text("会话数将满", "the session table is nearly full"),
    ),
    _data(
        "ups-on-battery",
        "hz-ups1",
        "output.source",
        Text("UPS 由电池供电", "the UPS is on battery"),
        "battery.*",
        "output.*",
    ),
    _data(
        "ups-battery-low",
        "hz-ups2",
        "battery.state",
        Text("UPS 电池电量低", "the UPS battery is low"),
        "battery.*",
        "output.*",
    ),
    _data(
        "ups-battery-replace",
        "hz-ups3",
        "battery.replace",
        Text("UPS 电池需更换", "the UPS battery needs replacing"),
        "battery.*",
    ),
    _data(
        "codec-unregistered",
        "hz-codec1",
        "registration.state",
        Text("终端未注册", "the codec is not registered"),
        "registration.*",
    ),
    _data(
        "codec-mic-missing",
        "hz-codec2",
        "peripherals.microphone",
        Text("麦克风缺失", "a microphone is missing"),
        "peripherals.*",
    ),
    _data(
        "codec-loss",
        "hz-codec3",
        "call_quality.loss",
        Text("通话丢包", "packets are lost in the call"),
        "call_quality.*",
    ),
    _data("water-leak", "hz-env1", "room.leak", Text("机房漏水", "water leaks into the room")),
    _data(
        "config-drift",
        "hz-agg-sw1",
        "config.drift",
        Text("配置被改动", "the configuration was changed"),
        "config.*",
    ),
    _data(
        "recorder-disk",
        "hz-nvr1",
        "camera.disk",
        Text("录像硬盘故障", "a disk of the recorder has failed"),
    ),
    _data(
        "camera-offline",
        "hz-nvr1",
        "camera.channel",
        Text("录像通道离线", "a channel of the recorder is offline"),
    ),
    Fault(
        name="device-dead",
        device="hz-acc-sw7",
        check="reachability.answers",
        verdict=Verdict.ABNORMAL,
        behaviour=Behaviour.DEAD,
        blocks=True,
        also=("reachability.*",),
        title=Text("设备无应答", "the device is dead"),
    ),
    Fault(
        name="device-hangs",
        device="hz-acc-sw5",
        check="reachability.session",
        verdict=Verdict.ABNORMAL,
        behaviour=Behaviour.HANGS,
        blocks=True,
        also=("reachability.*",),
        title=Text("设备中途挂起", "the device hangs in mid-answer"),
    ),
    Fault(
        name="device-drips",
        device="hz-acc-sw4",
        check="reachability.session",
        verdict=Verdict.NORMAL,
        behaviour=Behaviour.DRIPS,
        title=Text("设备应答缓慢", "the device drips its answers"),
    ),
    Fault(
        name="wrong-password",
        device="hz-acc-sw6",
        check="reachability.login",
        verdict=Verdict.ABNORMAL,
        behaviour=Behaviour.REFUSES_LOGIN,
        blocks=True,
        also=("reachability.*",),
        title=Text("口令不符", "the password is refused"),
    ),
    Fault(
        name="gbk-names",
        device="hz-acc-sw1",
        check="reachability.session",
        verdict=Verdict.NORMAL,
        behaviour=Behaviour.SPEAKS_GBK,
        title=Text("名称为 GBK 编码", "names are in GBK"),
    ),
    Fault(
        name="login-question",
        device="hz-acc-sw2",
        check="reachability.session",
        verdict=Verdict.NORMAL,
        behaviour=Behaviour.ASKS_AT_LOGIN,
        title=Text("登录时提问", "the device asks questions at login"),
    ),
    Fault(
        name="pager-stuck",
        device="hz-acc-sw3",
        check="reachability.session",
        verdict=Verdict.NORMAL,
        behaviour=Behaviour.ALWAYS_PAGES,
        title=Text("分页无法关闭", "the pager cannot be switched off"),
    ),
)
FAULTS = {fault.name: fault for fault in _FAULTS}


def chosen_faults(names: tuple[str, ...]) -> tuple[Fault, ...]:
    """The faults of these names in the table's order; `all` means every one.

    Raises:
        UsageError: a name is not in the table.
    """
    if unknown := sorted(set(names) - set(FAULTS) - {"all"}):
        raise UsageError(
            Text(f"没有这种故障：{'、'.join(unknown)}", f"no such fault: {', '.join(unknown)}"),
            nearest_hint(unknown[0], FAULTS, limit=len(FAULTS)),
        )
    return tuple(f for f in _FAULTS if "all" in names or f.name in names)


def faults_listing() -> list[dict[str, object]]:
    """What `lab faults --format json` prints."""
    return [
        {
            "name": fault.name,
            "device": fault.device,
            "expect": {"check": fault.check, "verdict": fault.verdict.value},
        }
        for fault in _FAULTS
    ]
