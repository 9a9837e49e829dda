"""The only place that opens sockets to devices: one session per device, one answer per question.

Names are imported when asked for: `transport.model` is read by everything left of this package,
which must not load (or wait for) the session layer.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunjian.transport.answer import TransportSettings
    from xunjian.transport.deadline import Deadline
    from xunjian.transport.session import DeviceSession, open_session

__all__ = ["Deadline", "DeviceSession", "TransportSettings", "open_session"]

_HOMES = {
    "Deadline": "xunjian.transport.deadline",
    "DeviceSession": "xunjian.transport.session",
    "TransportSettings": "xunjian.transport.answer",
    "open_session": "xunjian.transport.session",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
