"""Many sessions at once: none lost, nothing left behind."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fixtures.sessions import BODY, CANARY, QUICK, VRP, device, display
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.secrets import Secret
from xunjian.transport import Deadline, open_session

_SESSIONS = 50
_COMMANDS = ("display version", "display clock", "display esn", "display power")


def test_fifty_sessions_at_once_answer_everything_and_leak_nothing(tmp_path: Path) -> None:
    answers = {name: b"\r\n" + name.encode() + BODY for name in _COMMANDS}
    known_hosts = tmp_path / "known_hosts"
    with TerminalServer(Behaviour(answers=answers, chunk=700)) as server:
        server.pin(known_hosts)
        _one(server.port, known_hosts)
        fds, threads = _descriptors(), _threads()
        with ThreadPoolExecutor(_SESSIONS) as pool:
            runs = [pool.submit(_one, server.port, known_hosts) for _ in range(_SESSIONS)]
            texts = [run.result(120) for run in runs]
        for _ in range(200):  # the server's own ends close in its loop
            if _descriptors() <= fds:
                break
            threading.Event().wait(0.02)
        assert _descriptors() <= fds
        assert _threads() <= threads
    assert len(texts) == _SESSIONS
    for text in texts:
        assert [each.split("\n")[0] for each in text] == list(_COMMANDS)


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _threads() -> set[str]:
    """All but the test server's own pool."""
    return {t.name for t in threading.enumerate() if not t.name.startswith("asyncio")}


def _one(port: int, known_hosts: Path) -> list[str]:
    opened = open_session(
        device(port),
        VRP,
        known_hosts=known_hosts,
        resolve=lambda _: Secret(CANARY),
        deadline=Deadline(100),
        settings=type(QUICK)(login_timeout_s=60, connect_timeout_s=10),
    )
    try:
        found = [opened.ask(display(name, 60)) for name in _COMMANDS]
        assert opened.reason == "", found
        return [evidence.text for evidence in found]
    finally:
        opened.close()
