"""How an answer is kept: plain, sealed to the workspace's age recipient, or only redacted."""

from dataclasses import dataclass
from enum import StrEnum

from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.store.leaks import OwnSecrets, blank
from xunjian.transport.model import Evidence

ATTACHMENT = "attachment"  # flag of a file that a person put beside a form: kept byte by byte
CONFIGURATION = "configuration"  # flag of evidence whose text a platform pack has redacted


class Custody(StrEnum):
    """The three ways an answer is kept."""

    PLAIN = "plain"
    SEALED = "sealed"  # raw bytes encrypted; a redacted text beside them, which judging reads
    REDACTED = "redacted"  # secrets blanked; the original bytes exist nowhere any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepable:
    """What of an answer goes to disk."""

    raw: bytes
    text: str
    custody: Custody
    leaks: int  # secret values found
    keywords: int  # keywords without a value, only counted

    @property
    def text_bytes(self) -> bytes:
        """The text as it is kept."""
        return self.text.encode("utf-8", "surrogateescape")


def keepable(evidence: Evidence, own: OwnSecrets, recipient: str | None) -> Keepable:
    """Decide what of an answer may go to disk; the device's own secrets never do.

    A configuration's text was redacted by its pack, which knows more forms than the leak rules; its
    bytes are sealed or dropped whatever they hold.
    """
    if ATTACHMENT in evidence.flags:
        return Keepable(raw=evidence.raw, text="", custody=Custody.PLAIN, leaks=0, keywords=0)
    raw, text = own.blank_bytes(evidence.raw), own.blank(evidence.text)
    if CONFIGURATION in evidence.flags:
        return _configuration(raw, text, recipient)
    seen = blank(text)
    whole = blank(raw.decode("latin-1"))  # loss-free there and back, and keywords are ASCII
    leaks = max(seen.values, whole.values)
    touched = raw != evidence.raw or text != evidence.text
    if not leaks:
        custody = Custody.REDACTED if touched else Custody.PLAIN
        return Keepable(raw=raw, text=text, custody=custody, leaks=0, keywords=seen.keywords)
    if recipient:
        raw, custody = seal(raw, recipient), Custody.SEALED
    else:
        raw, custody = whole.text.encode("latin-1"), Custody.REDACTED
    return Keepable(raw=raw, text=seen.text, custody=custody, leaks=leaks, keywords=seen.keywords)


def _configuration(raw: bytes, text: str, recipient: str | None) -> Keepable:
    if not raw and not text:
        return Keepable(raw=raw, text=text, custody=Custody.PLAIN, leaks=0, keywords=0)
    custody = Custody.SEALED if recipient else Custody.REDACTED
    kept = seal(raw, recipient) if recipient else text.encode("utf-8", "surrogateescape")
    return Keepable(raw=kept, text=text, custody=custody, leaks=0, keywords=0)


def seal(content: bytes, recipient: str) -> bytes:
    """Encrypt to an age recipient (`age1…`)."""
    import pyrage

    try:
        return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))
    except (pyrage.RecipientError, pyrage.EncryptError) as exc:
        message = Text("工作区的 age 公钥无效", "the workspace's age recipient is not valid")
        raise StoreError(
            message, Text("检查 xunjian.yml 的密钥设置", "check the keys in xunjian.yml")
        ) from exc


def unseal(content: bytes, identity: str) -> bytes:
    """Decrypt with an age identity; raises StoreError when it is not the right one."""
    import pyrage

    try:
        return bytes(pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(identity)]))
    except (pyrage.IdentityError, pyrage.DecryptError) as exc:
        message = Text("这把密钥解不开该证据", "this key does not open the evidence")
        raise StoreError(message) from exc
