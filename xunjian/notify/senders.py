"""Messages handed to apprise; addresses hold tokens, so nothing of them leaves this module."""

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from xunjian.errors import NoSecret
from xunjian.language import Language
from xunjian.notify.message import Message, render
from xunjian.secrets import Secret, SecretRef
from xunjian.settings import Address

AT_ONCE = 8  # addresses; each of those that are dead takes half a minute
TRIES = 3
WAITS_S = (1.0, 3.0)  # between the tries
MOST_WAIT_S = 5.0  # for a connection, and for an answer, whatever the address says
MOST_BYTES = 30_000  # of a message to any other service; services with less cut for themselves
_LATER = frozenset({"timeout", "unreachable", "not_delivered"})  # worth another try
_TALKERS = ("apprise", "urllib3.connectionpool", "requests")  # they write addresses into their logs


class Way(Protocol):
    """An address made ready. Gives an empty text when the message was taken, else why not."""

    def __call__(self, message: Message, language: Language) -> str:
        """Send once."""
        ...


def open_way(url: Secret) -> Way | None:
    """Make an address ready; None when apprise does not understand it. Opens no connection."""
    _silence()
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="xunjian",
        app_desc="xunjian",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        storage_mode="memory",
    )
    service: Any = _robot(url, asset)
    if service is None:
        try:
            service = Apprise.instantiate(url.reveal(), asset=asset)
        except Exception:  # noqa: BLE001 - the text of an exception may hold the address
            service = None
    if service is None:
        return None
    service.socket_connect_timeout = min(service.socket_connect_timeout or 99, MOST_WAIT_S)
    service.socket_read_timeout = min(service.socket_read_timeout or 99, MOST_WAIT_S)
    return _Service(service)


def _robot(url: Secret, asset: object) -> object:
    """A group robot with our own requests; None for any other service."""
    from xunjian.notify.robots import ROBOTS

    robot: Any = ROBOTS.get(url.reveal().partition("://")[0].strip().lower())
    if robot is None:
        return None
    try:
        parts = robot.parse_url(url.reveal())
        return robot(**parts, asset=asset) if parts else None
    except Exception:  # noqa: BLE001 - the text of an exception may hold the address
        return None


class _Service:
    """One of apprise's services."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def __call__(self, message: Message, language: Language) -> str:
        """Hand over as plain text: apprise escapes it where the service reads markup."""
        from apprise import NotifyFormat

        most = getattr(self._service, "most_bytes", MOST_BYTES)
        title, body = render(message, language, most)
        try:
            taken = self._service.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
        except Exception:  # noqa: BLE001 - the text of an exception may hold the address
            return "not_delivered"
        return "" if taken else (getattr(self._service, "trouble", "") or "not_delivered")


def send(
    jobs: Sequence[tuple[Address, Message]],
    language: Language,
    resolve: Callable[[SecretRef], Secret],
    pause: Callable[[float], bool],
) -> Iterator[tuple[int, str]]:
    """Send each message to its address, several at once: one that hangs keeps nobody waiting.

    Gives the place of a job and a reason as each is done, empty where the message was taken.
    pause: waits between tries; true when there is no time left for another.
    """
    waiting: queue.SimpleQueue[tuple[int, Way, Message, Language]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    for place, (address, message) in enumerate(jobs):
        way = _way_to(address, resolve)
        if isinstance(way, str):
            done.put((place, way))
        else:
            waiting.put((place, way, message, address.language or language))

    def work() -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                place, way, message, tongue = waiting.get_nowait()
                done.put((place, _tried(way, message, tongue, pause)))

    for _ in range(min(waiting.qsize(), AT_ONCE)):
        threading.Thread(target=work, name="notice", daemon=True).start()
    for _ in jobs:
        yield done.get()


def _way_to(address: Address, resolve: Callable[[SecretRef], Secret]) -> Way | str:
    """Make an address ready, or say why it cannot be."""
    try:
        url = resolve(address.url)
    except NoSecret:
        return "no_secret"
    return open_way(url) or "bad_url"


def _tried(way: Way, message: Message, language: Language, pause: Callable[[float], bool]) -> str:
    trouble = ""
    for attempt in range(TRIES):
        try:
            trouble = way(message, language)
        except Exception as error:  # noqa: BLE001 - its text may hold the address
            return f"internal_{type(error).__name__}"
        again = trouble in _LATER or trouble.startswith("http_5")
        if not again or attempt == TRIES - 1 or pause(WAITS_S[attempt]):
            break
    return trouble


def _silence() -> None:
    """Stop libraries from writing addresses, and with them tokens, into any log."""
    for name in _TALKERS:
        logger = logging.getLogger(name)
        if _drop not in logger.filters:
            logger.addFilter(_drop)


def _drop(_record: logging.LogRecord) -> bool:
    return False
