"""The stages in a row: bytes of two configurations to their rated difference."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from xunjian.config.clean import clean
from xunjian.config.compare import compare
from xunjian.config.completeness import (
    cut_off,
    joined_trust,
    proves_its_end,
    shrunk,
    with_reason,
)
from xunjian.config.model import (
    Comparison,
    ConfigDiff,
    DeviceFacts,
    Redacted,
    Side,
    Trust,
    TrustState,
)
from xunjian.config.pack import Pack
from xunjian.config.rate import rate, unrated
from xunjian.config.redact import redact
from xunjian.config.tree import parse

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a difference is of: carried through to the result.

    shrink: doubt a right side that lost many lines (drift); not where that may be meant.
    whole: the transport showed that nothing is missing at the end of the right side.
    """

    device: str = ""
    mode: str = "drift"
    left: Side = Side(source="file")
    right: Side = Side(source="file")
    facts: DeviceFacts | None = None
    shrink: bool = False
    whole: bool = False
    label: str = ""
    site: str = ""
    site_title: str = ""


def fresh_key() -> bytes:
    """A fingerprint key for one comparison, kept nowhere."""
    return secrets.token_bytes(KEY_BYTES)


def diff_texts(
    old: bytes,
    new: bytes,
    pack: Pack,
    *,
    key: bytes,
    setting: Setting | None = None,
) -> ConfigDiff:
    """Compare two configurations of one platform. key: fingerprints count for both sides."""
    if old != new:
        left, right = redact(clean(old, pack), pack, key), redact(clean(new, pack), pack, key)
        return diff_redacted(left, right, pack, setting=setting)
    same = redact(clean(new, pack), pack, key)
    return diff_redacted(same, same, pack, setting=setting)


def diff_redacted(
    old: Redacted, new: Redacted, pack: Pack, *, setting: Setting | None = None
) -> ConfigDiff:
    """Compare what was redacted before with one key: a baseline and a capture."""
    setting = setting or Setting()
    trust = joined_trust(old.trust, new.trust)
    if setting.shrink and (reason := shrunk(len(old.lines), len(new.lines))) is not None:
        trust = with_reason(trust, TrustState.INCOMPLETE, reason)
    is_whole = setting.whole or proves_its_end(pack)
    if not is_whole and (reason := cut_off(old.lines, new.lines)) is not None:
        trust = with_reason(trust, TrustState.INCOMPLETE, reason)
    found = Comparison()
    if old.lines != new.lines:
        found = compare(parse(old, pack), parse(new, pack), pack)
    larger = max(new, old, key=lambda side: side.not_comparable)
    changes = rate(found.changes, pack, setting.facts)
    return ConfigDiff(
        device=setting.device,
        platform=pack.platform,
        mode=setting.mode,
        left=setting.left,
        right=setting.right,
        changes=changes,
        suppressed=_suppressed(old.suppressed, new.suppressed),
        reordered=found.reordered,
        not_comparable=larger.not_comparable,
        not_comparable_rules=larger.not_comparable_rules,
        unrated=unrated(changes),
        trust=trust,
        label=setting.label,
        site=setting.site,
        site_title=setting.site_title,
    )


def _suppressed(
    old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """What each rule took out of either side, each line once, `-` and `+` where they differ."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in sorted({*old, *new}):
        before, after = old.get(rule, ()), new.get(rule, ())
        if before == after:
            found[rule] = tuple(f" {line}" for line in after)
        else:
            found[rule] = (*(f"-{line}" for line in before), *(f"+{line}" for line in after))
    return found


__all__ = ["KEY_BYTES", "Setting", "Trust", "diff_redacted", "diff_texts", "fresh_key"]
