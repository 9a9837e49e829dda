"""What may be sent: every request is held against its platform's read-only rules.

The rules are applied when a card is loaded, when `exec` is asked, and again just before sending.
A request must fit one `allow` pattern and no `deny` pattern of its platform. Channels whose
protocol can only read (SNMP GET/WALK, NUT LIST/GET, Modbus and
PJLink queries, SIP OPTIONS, ICMP, the session layer) carry
their rule here and need no `allow`.
"""

import re
from collections.abc import Callable, Mapping

from xunjian.errors import ReadOnlyViolation
from xunjian.inventory.registers import BIT_FUNCTIONS
from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.transport.model import Channel, Request

MAX_REQUEST_CHARACTERS = 2000
MAX_PING_COUNT = 100
MAX_PING_BYTES = 1472  # one Ethernet frame without fragments

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# A CLI line never needs these: `;` and `&` chain, backtick and `$(` substitute, `>` and `<`
# redirect, `?` opens the context help, which answers before Enter and puts the session out of step.
_CLI_FORBIDDEN = re.compile(r"[;&`<>?]|\$\(")
# A shell word needs none of these either; `$` alone would expand a variable.
_SHELL_FORBIDDEN = re.compile(r"[;&`<>$\\]|\|\|")
# What may stand behind a pipe on a network device: filters that only choose lines.
# Huawei VRP "Configuration Guide - Basic Configuration", filtering command output; Cisco IOS
# "Show command output redirection": `redirect`, `append` and `tee` write and are not listed.
# Juniper "CLI User Guide", filtering output: `display` shows a configuration in another form.
_CLI_FILTER = re.compile(
    r"(include|exclude|begin|until|section|count|no-more|match|except|grep|last|find"
    r"|display (omit|set|inheritance|xml|json))\b"
)
_SNMP = re.compile(r"(GET( \.?\d+(\.\d+)+)+|WALK \.?\d+(\.\d+)+)")
# Modbus Application Protocol V1.1b3, section 6: functions 1 to 4 read, all others write or
# diagnose; at most 2000 bits or 125 words are read at once.
_MODBUS = re.compile(r"READ ([1-4]) (\d{1,5}) (\d{1,4})")
_MOST_BITS, _MOST_WORDS, _LAST_ADDRESS = 2000, 125, 65535
# PJLink Specifications 2.00, section 4: a lone `?` asks, anything else behind the command sets.
_PJLINK = re.compile(
    r"%1(POWR|INPT|AVMT|ERST|LAMP|INST|NAME|INF1|INF2|INFO|CLSS) \?"
    r"|%2(INPT|INST|SNUM|SVER|IRES|RRES|FILT|RLMP|RFIL|FREZ) \?"
)
_NUT = re.compile(r"(LIST (VAR|UPS)|GET VAR [A-Za-z0-9.]+|VER)")


def check_request(request: Request, platform: Platform | None) -> None:
    """Refuse a request that is not certainly read-only.

    Raises:
        ReadOnlyViolation: with the reason; nothing has been sent.
    """
    if not request.read_only:
        raise _violation(request, Text("请求不是只读", "the request is not read-only"))
    _check_characters(request)
    _CHANNEL_RULES.get(request.channel, _refuse_channel)(request)
    _check_rules(request, platform)


def _check_characters(request: Request) -> None:
    if not request.text.strip() or len(request.text) > MAX_REQUEST_CHARACTERS:
        raise _violation(request, Text("请求为空或过长", "the request is empty or too long"))
    if _CONTROL.search(request.text):
        raise _violation(request, Text("含换行或控制字符", "it holds a line break or control code"))


def _check_cli(request: Request) -> None:
    if found := _CLI_FORBIDDEN.search(request.text):
        raise _forbidden(request, found.group())
    for part in request.text.split("|")[1:]:
        if not _CLI_FILTER.match(part.strip()):
            raise _forbidden(request, f"| {part.strip()}")


def _check_shell(request: Request) -> None:
    if found := _SHELL_FORBIDDEN.search(request.text):
        raise _forbidden(request, found.group())


def _check_http(request: Request) -> None:
    path = request.text
    if (
        not path.startswith("/")
        or path.startswith("//")
        or re.search(r"\s|\\|(^|/)\.\.(/|$)", path)
    ):
        raise _violation(request, Text("不是绝对路径", "it is not an absolute path"))
    if dict(request.options).get("method", "GET") != "GET":
        raise _violation(request, Text("HTTP 只允许 GET", "only GET is allowed over HTTP"))


def _check_ping(request: Request) -> None:
    options = dict(request.options)
    count, size = options.get("count", 1), options.get("size", 64)
    fits = _within(count, 1, MAX_PING_COUNT) and _within(size, 0, MAX_PING_BYTES)
    if request.text != "PING" or not fits:
        raise _violation(
            request,
            Text(
                f"PING 次数须为 1 到 {MAX_PING_COUNT}，字节数不超过 {MAX_PING_BYTES}",
                f"PING takes a count of 1 to {MAX_PING_COUNT} and at most {MAX_PING_BYTES} bytes",
            ),
        )


def _check_modbus(request: Request) -> None:
    asked = _MODBUS.fullmatch(request.text)
    function, address, count = (int(part) for part in asked.groups()) if asked else (0, 0, 0)
    most = _MOST_BITS if function in BIT_FUNCTIONS else _MOST_WORDS
    if not asked or not 1 <= count <= most or address + count - 1 > _LAST_ADDRESS:
        raise _violation(
            request,
            Text(
                f"只允许读（功能码 1–4），一次至多 {most} 个",
                f"only reading (functions 1 to 4) of at most {most} at once",
            ),
        )


def _within(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and least <= value <= most


def _exactly(pattern: re.Pattern[str]) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        if not pattern.fullmatch(request.text):
            raise _violation(
                request, Text("这个通道不允许该请求", "the channel does not allow this request")
            )

    return check


def _refuse_channel(request: Request) -> None:
    raise _violation(request, Text("这个通道不能发送请求", "nothing is sent on this channel"))


_CHANNEL_RULES: Mapping[Channel, Callable[[Request], None]] = {
    Channel.CLI: _check_cli,
    Channel.SHELL: _check_shell,
    Channel.HTTP: _check_http,
    Channel.ICMP: _check_ping,
    Channel.SNMP: _exactly(_SNMP),
    Channel.NUT: _exactly(_NUT),
    Channel.MODBUS: _check_modbus,
    Channel.PJLINK: _exactly(_PJLINK),
    Channel.SIP: _exactly(re.compile("OPTIONS")),
    Channel.SESSION: _exactly(re.compile("SESSION")),
}
_RULED = frozenset({Channel.CLI, Channel.SHELL, Channel.HTTP})  # channels that need an `allow`


def _check_rules(request: Request, platform: Platform | None) -> None:
    """Hold the whole text against `deny`, and every command of a shell pipe against both."""
    if platform is None:
        if request.channel in _RULED:
            raise _violation(request, Text("平台未知，没有只读规则", "no platform, so no rules"))
        return
    whole = " ".join(request.text.split())
    commands = [part.strip() for part in whole.split("|")]
    parts = commands if request.channel is Channel.SHELL else commands[:1]
    for part in (whole, *parts):
        if any(pattern.search(part) for pattern in platform.read_only.deny):
            raise _violation(
                request,
                Text(
                    f"平台 {platform.name} 的只读规则禁止",
                    f"denied by the read-only rules of {platform.name}",
                ),
            )
    if request.channel not in _RULED:
        return
    for part in parts:
        if not any(pattern.search(part) for pattern in platform.read_only.allow):
            raise _violation(
                request,
                Text(
                    f"平台 {platform.name} 的只读规则没有放行",
                    f"not allowed by the read-only rules of {platform.name}",
                ),
            )


def _violation(request: Request, reason: Text) -> ReadOnlyViolation:
    shown = _CONTROL.sub("?", request.text)[:120]
    return ReadOnlyViolation(
        Text(f"拒绝发送，{reason.zh}：{shown}", f"refused, {reason.en}: {shown}"),
        Text("只允许只读命令", "only read-only requests are sent"),
    )


def _forbidden(request: Request, token: str) -> ReadOnlyViolation:
    return _violation(request, Text(f"含有不允许的 {token}", f"it holds a forbidden {token}"))
