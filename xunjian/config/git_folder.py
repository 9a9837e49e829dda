"""A folder of plain text under git, through the git command: what was agreed, by whom and when.

Hooks, signing and line-end conversion of the operator's git are left out: what is committed is what
was written, and nothing but git runs.
"""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xunjian.errors import UsageError
from xunjian.language import Text

_LIMIT_S = 60
_PLAIN = ("core.hooksPath=/dev/null", "commit.gpgSign=false", "core.autocrlf=false")
_BORDER = "\x1f"
_LONGEST = 300  # characters of what git says
_SHOWN = re.compile(r"[\x00-\x1f\x7f]+")
_UNFIT = re.compile(r"[<>\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One commit of a file."""

    commit: str
    at: datetime
    by: str
    subject: str


@dataclass(frozen=True, slots=True)
class GitFolder:
    """The folder; the repository is made when something is first kept."""

    root: Path

    def commit(self, paths: Sequence[Path], message: str, actor: str) -> bool:
        """Commit these files and nothing else; False when none of them changed."""
        if not (self.root / ".git").exists():
            self.root.mkdir(parents=True, exist_ok=True)
            self._git("init", "-q")
        names = [str(path.relative_to(self.root)) for path in paths]
        self._git("add", "-A", "--", *names)
        if self._ask("diff", "--cached", "--quiet", "--", *names).returncode == 0:
            return False
        self._git("commit", "-q", "-m", message, "--", *names, actor=actor)
        return True

    def history(self, path: Path) -> tuple[Revision, ...]:
        """Every commit of a file, newest first."""
        if not (self.root / ".git").exists():
            return ()
        shape = _BORDER.join(("%H", "%aI", "%an", "%s"))
        name = str(path.relative_to(self.root))
        said = self._ask("log", f"--format={shape}", "--", name)
        if said.returncode and self._ask("rev-parse", "-q", "--verify", "HEAD").returncode != 1:
            raise self._trouble("log", said)  # 1: nothing was committed yet
        rows = [line.split(_BORDER) for line in said.stdout.splitlines() if _BORDER in line]
        return tuple(
            Revision(commit=commit, at=datetime.fromisoformat(at), by=by, subject=subject)
            for commit, at, by, subject in rows
        )

    def configured_author(self) -> str:
        """The name git would write: its environment's, else its settings'; empty without one."""
        if given := os.environ.get("GIT_AUTHOR_NAME", "").strip():
            return given
        where = self.root if self.root.is_dir() else Path.cwd()
        return _run(["config", "user.name"], where, {}).stdout.strip()

    def _ask(self, *words: str, actor: str = "") -> "subprocess.CompletedProcess[str]":
        options = [part for setting in _PLAIN for part in ("-c", setting)]
        # a damaged folder must not make git take the repository around it for ours
        ceiling = {"GIT_CEILING_DIRECTORIES": str(self.root.resolve().parent)}
        own = {**ceiling, **(_identity(actor) if actor else {})}
        return _run([*options, *words], self.root, own)

    def _git(self, *words: str, actor: str = "") -> None:
        done = self._ask(*words, actor=actor)
        if done.returncode:
            raise self._trouble(words[0], done)

    def _trouble(self, word: str, done: "subprocess.CompletedProcess[str]") -> UsageError:
        said = _SHOWN.sub(" ", done.stderr.strip())[:_LONGEST]
        message = Text(
            f"git {word} 失败（退出码 {done.returncode}）：{self.root}：{said}",
            f"git {word} failed (exit code {done.returncode}): {self.root}: {said}",
        )
        lock = self.root / ".git" / "index.lock"
        if lock.exists():
            hint = Text(
                f"没有别的 git 在用就删除 {lock}", f"if no other git is at work, delete {lock}"
            )
        else:
            hint = Text(f"检查：git -C {self.root} fsck", f"look: git -C {self.root} fsck")
        return UsageError(message, hint)


def _identity(actor: str) -> dict[str, str]:
    name = _UNFIT.sub(" ", actor).strip() or "unknown"
    address = name if "@" in name else "xunjian@localhost"
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", address))
    }


def _run(
    words: Sequence[str], folder: Path, extra: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _ALLOWED}
    with _ctrl_c_afterwards():
        return _ended(words, folder, {**kept, "LC_ALL": "C", **extra})


@contextmanager
def _ctrl_c_afterwards() -> Iterator[None]:
    """Hold Ctrl-C back: git ends what it began, else its lock stays or a commit is half made."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python interrupts nobody but the main thread
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _ended(
    words: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            ["git", *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LIMIT_S,
            start_new_session=True,  # Ctrl-C is ours to answer
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError(Text("找不到 git 命令", "the git command is not installed")) from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(Text("git 没有结束", "git did not end")) from error


_ALLOWED = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"})
