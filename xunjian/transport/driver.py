"""netmiko's drivers as dialect knowledge, without their waiting and without their answers.

The class of a platform's driver gets our session underneath: it keeps what it knows of algorithms
(`_modify_connection_params`), of the client (`_build_ssh_client`), of line ends and of `enable`.
It loses everything that sleeps, polls, or answers a device: HuaweiSSH.special_login_handler says
"Y" to "security risks in the configuration file" and waits for `saved successfully` (netmiko 4.8,
huawei/huawei.py), and FortinetSSH.disable_paging rewrites the global configuration.
"""

import functools
from typing import Any, NoReturn

import paramiko
from netmiko import log
from netmiko.base_connection import BaseConnection
from netmiko.channel import Channel as NetmikoChannel
from netmiko.exceptions import NetmikoBaseException
from netmiko.no_enable import NoEnable
from netmiko.ssh_dispatcher import CLASS_MAPPER
from typing_extensions import override

from xunjian.errors import LoginRefused, NotSupported, ReadOnlyViolation, SessionLost
from xunjian.language import Text
from xunjian.transport.known_hosts import RefuseUnknown
from xunjian.transport.ssh_legacy import algorithms
from xunjian.transport.terminal import ByteSource

_WIDTH = 511  # a narrow terminal makes devices wrap the echo (netmiko uses the same)
_HEIGHT = 1000  # a tall one keeps many pagers away
_CHUNK_BYTES = 65536


class ShellSource:
    """Bytes of an interactive SSH channel; waits on the channel's event, never in a loop."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def read(self, timeout_s: float) -> bytes:
        """Give what has come, at least one byte; empty at the end. Raises TimeoutError."""
        self._channel.settimeout(max(timeout_s, 0.0))
        return self._channel.recv(_CHUNK_BYTES)

    def ready(self) -> bool:
        """Whether bytes wait to be read."""
        return self._channel.recv_ready()

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises SessionLost."""
        try:
            self._channel.sendall(data)
        except OSError as error:
            raise SessionLost(Text("设备关闭了会话", "the device closed the session")) from error


class SourceChannel(NetmikoChannel):
    """netmiko's view on a byte source, for the few driver methods we still use."""

    def __init__(self, source: ByteSource) -> None:
        self.source = source

    @override
    def read_buffer(self) -> str:
        if not self.source.ready():
            return ""
        data = self.source.read(1.0)
        if not data:
            raise SessionLost(Text("设备关闭了会话", "the device closed the session"))
        return data.decode("gb18030", errors="replace")

    @override
    def read_channel(self) -> str:
        output = ""
        while data := self.read_buffer():
            output += data
        return output

    @override
    def write_channel(self, out_data: str) -> None:
        self.source.write(out_data.encode("gb18030", errors="replace"))


class QuietDriver(BaseConnection):
    """Our session under a netmiko driver: connects, gives bytes, answers nothing."""

    source: ByteSource
    ssh_profile: str = ""

    def open_over(self, source: ByteSource) -> None:
        """Take a byte source that is already there."""
        self.source = source
        self.channel = SourceChannel(source)

    def open_quietly(self) -> None:
        """Authenticate once over the given socket and open the shell; raises paramiko's errors."""
        self._modify_connection_params()
        self.establish_connection(width=_WIDTH, height=_HEIGHT)

    def raise_privilege(self, prompt: str) -> None:
        """Enter the privileged mode with the secret, as the driver knows how.

        Raises NotSupported where the platform has none, LoginRefused when the secret is refused.
        """
        if isinstance(self, NoEnable):
            raise NotSupported(Text("平台没有特权模式", "the platform has no enable mode"))
        self.base_prompt = prompt[:-1]
        try:
            self.enable()
        except (ValueError, NetmikoBaseException) as error:
            raise LoginRefused(Text("特权口令被拒绝", "the enable secret was refused")) from error

    @property
    def client(self) -> paramiko.SSHClient:
        """The SSH client, made when first asked for."""
        if self.remote_conn_pre is None:
            self.key_policy = RefuseUnknown()
            self.remote_conn_pre = self._build_ssh_client()
        return self.remote_conn_pre

    @override
    def establish_connection(self, width: int = _WIDTH, height: int = _HEIGHT) -> None:
        parameters = self._connect_params_dict()
        parameters["channel_timeout"] = self.banner_timeout
        parameters |= algorithms(self.ssh_profile)
        self.client.connect(**parameters)
        channel = self.client.invoke_shell(term="vt100", width=width, height=height)
        self.remote_conn = channel
        self.open_over(ShellSource(channel))

    @override
    def special_login_handler(self, delay_factor: float = 1.0) -> None:
        """Answer nothing: login questions are answered by the platform's rules alone."""

    @override
    def session_preparation(self) -> None:
        """Send nothing: setup commands come from the platform file."""

    @override
    def disable_paging(self, *args: Any, **kwargs: Any) -> str:
        return ""

    @override
    def cleanup(self, command: str = "") -> None:
        """Probe nothing: read-only work never enters a configuration mode."""

    @override
    def disconnect(self) -> None:
        self.paramiko_cleanup()
        log.removeFilter(self._secrets_filter)

    def _never(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise ReadOnlyViolation(Text("会话只读", "the session is read-only"))

    save_config = _never
    commit = _never
    config_mode = _never
    send_config_set = _never


@functools.cache
def quiet_class(device_type: str) -> type[QuietDriver]:
    """Give netmiko's driver class for a device type, with our session underneath."""
    base = CLASS_MAPPER.get(device_type)
    if base is None:
        raise NotSupported(
            Text(f"netmiko 没有驱动：{device_type}", f"netmiko has no driver: {device_type}")
        )
    return type(f"Quiet{base.__name__}", (QuietDriver, base), {})


def telnet_type(device_type: str) -> str:
    """Give netmiko's name for the telnet form of a driver."""
    name = f"{device_type}_telnet"
    return name if name in CLASS_MAPPER else "generic_telnet"


def make_driver(device_type: str, **parameters: Any) -> QuietDriver:
    """Make a driver that is not yet connected; `parameters` are netmiko's own."""
    driver = quiet_class(device_type)(
        device_type=device_type,
        use_keys=False,
        allow_agent=False,
        ssh_strict=True,
        system_host_keys=False,
        alt_host_keys=True,
        session_log=None,
        auto_connect=False,
        **parameters,
    )
    driver.remote_conn_pre = None
    driver.remote_conn = None
    return driver
