"""Channel `modbus`: a sensor or gateway over Modbus TCP, or a serial line behind a TCP port.

Only the four reading functions are ever sent. The answer is kept as the raw words, so that a
corrected register map reads the same evidence anew. Exceptions of the device are answers: what
they mean for a point is the reader's business. Modbus Application Protocol V1.1b3, section 7.
"""

import contextlib
import json
import logging
from typing import Any, Final

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusTcpClient

from xunjian.errors import (
    BadAnswer,
    DeviceError,
    Unreachable,
)
from xunjian.inventory.registers import BIT_FUNCTIONS
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Channel, Request
from xunjian.transport.tcp import Waker, connect_patiently

_PORT = 502
_UNIT = 1
_READERS: Final = {
    1: "read_coils",
    2: "read_discrete_inputs",
    3: "read_holding_registers",
    4: "read_input_registers",
}
_FUNCTION: Final = 0x7F  # the highest bit marks an exception
_BEHIND_THE_GATEWAY: Final = frozenset({10, 11})  # no path, or the unit there does not answer


class ModbusLink:
    """A connection to one unit."""

    def __init__(self, client: ModbusTcpClient, conversation: Conversation, waker: Waker) -> None:
        self._client = client
        self._conversation = conversation
        self._waker = waker
        self._unit = int(str(conversation.option(Channel.MODBUS, "unit", _UNIT)))

    def ask(self, request: Request) -> Answer:
        """Answer `READ function address count`."""
        _, function, address, count = request.text.split()
        error, detail, body = "", "", {}
        try:
            body = self._read(int(function), int(address), int(count), request.timeout_s)
        except DeviceError as problem:
            error, detail = problem.code, str(problem.message)
        raw = json.dumps(body, sort_keys=True).encode() if body else b""
        return Answer(raw=raw, text=raw.decode(), complete=not error, error=error, detail=detail)

    def close(self) -> None:
        """Close the connection: Modbus has no farewell."""
        self._conversation.switch.remove(self._waker)
        with contextlib.suppress(OSError):
            self._client.close()  # type: ignore[no-untyped-call]

    def _read(self, function: int, address: int, count: int, timeout_s: float) -> dict[str, Any]:
        limit = Deadline(self._conversation.deadline.cap(timeout_s))
        self._client.comm_params.timeout_connect = max(limit.remaining_s, 0.01)
        before_s = limit.remaining_s
        reader = getattr(self._client, _READERS[function])
        try:
            response = reader(address, count=count, device_id=self._unit)
        except (ModbusException, OSError) as error:
            raise self._problem(limit) from error
        body: dict[str, Any] = {"unit": self._unit, "function": function, "address": address}
        if response.function_code & _FUNCTION != function:
            raise BadAnswer(Text("应答与所问不符", "the answer is to another question"))
        if response.isError():
            return {**body, "exception": self._exception(int(response.exception_code))}
        self._conversation.seen.answered(before_s - limit.remaining_s)
        self._conversation.seen.login = True
        name = "bits" if function in BIT_FUNCTIONS else "registers"
        values = [int(value) for value in getattr(response, name)]
        if function in BIT_FUNCTIONS:  # whole bytes come
            values = values[:count]
        if len(values) != count:
            raise BadAnswer(
                Text(
                    f"问 {count} 个，答 {len(values)} 个",
                    f"asked for {count}, answered {len(values)}",
                )
            )
        return {**body, name: values}

    def _exception(self, code: int) -> int:
        """Take an exception for an answer, unless it says that nobody is there."""
        if code in _BEHIND_THE_GATEWAY:
            raise Unreachable(
                Text(
                    f"网关后的单元 {self._unit} 无应答（异常码 {code}）",
                    f"unit {self._unit} behind the gateway does not answer (exception {code})",
                )
            )
        self._conversation.seen.answered(0.0)
        self._conversation.seen.login = True
        return code

    def _problem(self, limit: Deadline) -> DeviceError:
        """Say what a failed exchange was: pymodbus has one exception for all of it."""
        conversation = self._conversation
        if conversation.switch.aborted or not limit.expired:
            return conversation.lost(
                Text("连接被关闭或应答无法识别", "closed, or not an answer of Modbus")
            )
        return conversation.late(Text("没有应答", "no answer came"))


def open_modbus(conversation: Conversation) -> ModbusLink:
    """Connect. Raises Unreachable."""
    host = conversation.host(Channel.MODBUS)
    connected = connect_patiently(
        host,
        conversation.of(Channel.MODBUS).port or _PORT,
        timeout_s=conversation.settings.connect_timeout_s,
        retries=conversation.settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    waker = Waker(connected.sock)
    conversation.switch.add(waker)
    logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # its errors are our outcomes
    framing = str(conversation.option(Channel.MODBUS, "framing", "tcp"))
    framer = FramerType.RTU if framing == "rtu" else FramerType.SOCKET
    client = ModbusTcpClient(host, framer=framer, retries=0)
    client.socket = connected.sock  # ours: watched while connecting, woken by an abort
    return ModbusLink(client, conversation, waker)
