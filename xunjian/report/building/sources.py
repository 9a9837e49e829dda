"""What a piece of evidence came of on site, in words: a form's line, a signature, a picture."""

from collections.abc import Mapping

from xunjian.language import Text
from xunjian.run.answers import OVERRULE
from xunjian.run.found import FREE, RECHECK
from xunjian.run.model import EvidenceRef, RunRecord

# how a question of a form begins: what it is called, and whether the rest is for people
_KINDS: Mapping[str, tuple[Text, bool]] = {
    "ASK": (Text("现场填表", "form"), False),
    RECHECK: (Text("现场复查", "looked at again on site"), False),
    OVERRULE: (Text("现场改判", "overruled on site"), False),
    FREE: (Text("表外问题", "problem outside the list"), True),
    "SIGN": (Text("签字与同意", "signatures and consent"), True),
    "FILE": (Text("附件", "file"), True),
}


def sources_on_site(record: RunRecord) -> Mapping[str, Text]:
    """Give the words by id of evidence; what a device was asked stands as it was sent."""
    findings = [finding for outcome in record.outcomes for finding in outcome.findings]
    cited = {piece: one.title for one in findings for piece in one.evidence_ids}
    return {
        piece.id: _told(piece, cited.get(piece.id, Text("")))
        for piece in record.evidence
        if piece.channel == "manual" and piece.text.partition(" ")[0] in _KINDS
    }


def _told(piece: EvidenceRef, title: Text) -> Text:
    kind, _, rest = piece.text.partition(" ")
    word, is_for_people = _KINDS[kind]
    item = Text(rest, rest) if is_for_people else title
    if not item.zh:
        return word
    return Text(f"{word.zh}：{item.zh}", f"{word.en}: {item.en or item.zh}")
