"""What a device's configuration is agreed to be, and what was last read: plain text in git.

Below one folder: `baseline/SITE/DEVICE/running.cfg`, `backup/SITE/DEVICE/{running,startup}.cfg`,
each with a `meta.yml` that holds no time, and `approvals/SITE/DEVICE/*.yml`. The texts are redacted
and normalised; no other text ever comes here.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from xunjian.config.clean import clean
from xunjian.config.git_folder import GitFolder, Revision
from xunjian.config.model import Redacted, TrustState
from xunjian.config.pack import Pack
from xunjian.config.redact import redact
from xunjian.config.whole_file import write_whole
from xunjian.errors import ContentError, Problem, Refused, UsageError, XunjianError
from xunjian.language import Text
from xunjian.schema import load_yaml

BASELINE, BACKUP, APPROVALS = "baseline", "backup", "approvals"
RUNNING, STARTUP = "running", "startup"
_NO_SITE = "_"
_KEY_BYTES = 32
_META = re.compile(r"^[\w.@-]{1,100}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A device as the folder knows it."""

    device: str
    site: str = ""

    @property
    def folder(self) -> str:
        """Its path below `baseline`, `backup` and `approvals`."""
        return f"{_part(self.site or _NO_SITE)}/{_part(self.device)}"


def _part(name: str) -> str:
    """A name as one path component: never empty, hidden or upwards; CJK stays readable."""
    safe = "".join(c if c.isalnum() or c in "_-." else quote(c, safe="") for c in name)
    return "%2E" + safe[1:] if safe.startswith(".") else safe or _NO_SITE


def digest(redacted: Redacted) -> str:
    """Identity of a text: what an approval given once was given against."""
    return digest_of(redacted.lines)


def digest_of(lines: Sequence[str]) -> str:
    """The same of a text's lines."""
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Baselines:
    """The folder of one workspace."""

    git: GitFolder

    def path(self, kind: str, named: Named, what: str = RUNNING) -> Path:
        """Where a text stands."""
        return self.git.root / kind / named.folder / f"{what}.cfg"

    def read(
        self, kind: str, named: Named, pack: Pack, key: bytes, what: str = RUNNING
    ) -> Redacted | None:
        """Give what is kept, normalised anew if an older pack made it; None without one.

        Raises:
            ContentError: the file is no text of ours any more.
        """
        path = self.path(kind, named, what)
        if not path.is_file():
            return None
        raw = path.read_bytes()
        try:
            lines = tuple(raw.decode("utf-8").removesuffix("\n").split("\n"))
        except UnicodeDecodeError as error:
            message = Text("基线文件不是 UTF-8", "the baseline is not UTF-8")
            raise ContentError([Problem(str(path), 0, "", message)]) from error
        made_by = self._made_by(path.parent)
        kept = Redacted(
            platform=pack.platform,
            lines=lines,
            numbers=tuple(range(1, len(lines) + 1)),
            pack=made_by,
        )
        if made_by == pack.ref:
            return kept
        again = redact(clean(raw, pack, gate=False), pack, key)
        numbers = tuple(range(1, len(again.lines) + 1))
        return replace(again, numbers=numbers, pack=made_by)

    def lines_of(self, kind: str, named: Named, what: str = RUNNING) -> tuple[str, ...]:
        """The lines as they were kept, whichever pack made them."""
        text = self.path(kind, named, what).read_text("utf-8")
        return tuple(text.removesuffix("\n").split("\n"))

    def is_of_older_pack(self, kind: str, named: Named, pack: Pack) -> bool:
        """Whether another version of the pack made what is kept."""
        path = self.path(kind, named)
        return path.is_file() and self._made_by(path.parent) != pack.ref

    def keep(
        self, kind: str, named: Named, texts: Mapping[str, Redacted], message: str, actor: str
    ) -> bool:
        """Write texts and commit them; False when nothing changed.

        Raises:
            Refused: one may not be believed.
        """
        return self.keep_many(kind, {named: texts}, message, actor)

    def keep_many(
        self, kind: str, texts: Mapping[Named, Mapping[str, Redacted]], message: str, actor: str
    ) -> bool:
        """Write the texts of several devices and commit them together; as `keep`."""
        for named, own in texts.items():
            for text in own.values():
                refuse_untrusted(named.device, text)
        files = {
            path: text
            for named, own in texts.items()
            for path, text in self._files(kind, named, own).items()
        }
        aside: dict[Path, Path | None] = {}
        try:
            for path, content in files.items():
                _write(path, content, aside)
            return self.git.commit(list(files), message, actor) if files else False
        except (XunjianError, OSError):
            _put_back(aside)  # what git does not have was not agreed
            raise
        finally:
            for copy in filter(None, aside.values()):
                copy.unlink(missing_ok=True)

    def _files(self, kind: str, named: Named, texts: Mapping[str, Redacted]) -> dict[Path, str]:
        files = {
            self.path(kind, named, what): "\n".join(text.lines) + "\n"
            for what, text in texts.items()
        }
        if files:
            files[next(iter(files)).parent / "meta.yml"] = _meta(next(iter(texts.values())))
        return files

    def history(self, named: Named) -> tuple[Revision, ...]:
        """Who moved the baseline, and when; newest first."""
        return self.git.history(self.path(BASELINE, named))

    def changed_by(self, kind: str, named: Named) -> str:
        """Who changed the configuration last, as the device itself said; else empty."""
        return self._said(self.path(kind, named).parent, "changed_by")

    def _made_by(self, folder: Path) -> str:
        return self._said(folder, "pack")

    def _said(self, folder: Path, key: str) -> str:
        meta = folder / "meta.yml"
        data = load_yaml(meta).data if meta.is_file() else {}
        found = str(data.get(key, "")) if isinstance(data, dict) else ""
        return found if _META.match(found) else ""


def _write(path: Path, text: str, aside: dict[Path, Path | None]) -> None:
    """Write a file, unless it says the same: git need not look into it then.

    aside: a copy of what stood in each file that was written; None where there was none.
    """
    content = text.encode()
    try:
        old = path.read_bytes()
    except FileNotFoundError:
        old = None
    if old == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside[path] = copy = None if old is None else path.with_name(f".{path.name}.before")
    if copy is not None:
        write_whole(copy, old or b"")  # before the change: a full disk lets nobody write it later
    write_whole(path, content)


def _put_back(aside: Mapping[Path, Path | None]) -> None:
    for path, copy in aside.items():
        with suppress(OSError):  # the trouble that led here is the one to tell
            if copy is None:
                path.unlink()
            else:
                copy.replace(path)


def _meta(text: Redacted) -> str:
    """What is known of a text beside its lines; no times, so that nothing else makes a commit."""
    by = text.metadata.get("by", "")
    return _meta_of(text.platform, text.pack, by if _META.match(by) else "")


@lru_cache(maxsize=256)
def _meta_of(platform: str, pack: str, by: str) -> str:
    import yaml

    facts = {"platform": platform, "pack": pack}
    if by:
        facts["changed_by"] = by
    return yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)


def refuse_untrusted(device: str, text: Redacted) -> None:
    """Let nothing become a baseline or a backup that may not be believed; raises Refused."""
    if text.trust.state is TrustState.TRUSTED:
        return
    zh = "；".join(reason.zh for reason in text.trust.reasons)
    en = "; ".join(reason.en or reason.zh for reason in text.trust.reasons)
    raise Refused(
        Text(f"{device}: 采集不可信，不作基线（{zh}）", f"{device}: not trustworthy ({en})")
    )


def site_key(path: Path) -> bytes:
    """The key of fingerprints, made when first needed, readable by its owner only.

    Raises:
        UsageError: the file is too short for a key: what it says could be guessed.
    """
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, secrets.token_bytes(_KEY_BYTES), mode=0o600)
    key = path.read_bytes()
    if len(key) < _KEY_BYTES:
        raise UsageError(
            Text(f"指纹密钥文件已损坏：{path}", f"the key of fingerprints is damaged: {path}"),
            Text(
                "从备份恢复；没有备份就删除它，新密钥会使每个口令都显示为已变",
                "restore it from a backup; without one delete it: with a new key every secret "
                "shows as changed",
            ),
        )
    return key
