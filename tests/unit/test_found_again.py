"""What several people say of one matter of an earlier round, or of one problem outside the list."""

import json
from datetime import UTC, datetime, timedelta

from tests.run_samples import finding
from xunjian.checks.model import Verdict
from xunjian.run.found import FREE, RECHECK, found_beside
from xunjian.transport.model import Channel, Evidence, Request

AT = datetime(2026, 9, 28, 9, 30, tzinfo=UTC)


def said(question: str, by: str, verdict: str, minute: int, **more: object) -> Evidence:
    text = json.dumps({"values": {}, "by": by, "verdict": verdict, **more}, ensure_ascii=False)
    return Evidence(
        id=f"room#{by}", device="room", request=Request(channel=Channel.MANUAL, text=question),
        raw=text.encode(), text=text, decoded_as="utf-8", elapsed_s=0.0, complete=True,
        started_at=AT + timedelta(minutes=minute),
    )  # fmt: skip


def test_two_who_disagree_on_an_earlier_matter_are_both_shown_under_its_title() -> None:
    matter = finding("room", Verdict.ABNORMAL)
    question = f"{RECHECK} {matter.id}"
    given = (
        said(question, "张三", "normal", 0),
        said(question, "李四", "abnormal", 5, cause="仍有积水"),
    )
    (one,) = found_beside(given, "room", {matter.id: matter})
    assert (one.id, one.verdict, one.by) == (matter.id, Verdict.UNKNOWN, "张三、李四")
    assert one.message.zh == "占用：填表人说法不一（张三：正常；李四：异常（仍有积水））"
    assert one.evidence_ids == ("room#张三", "room#李四")
    decided = said(question, "王五", "normal", 9, decides=True)
    (one,) = found_beside((*given, decided), "room", {matter.id: matter})
    assert (one.verdict, one.by) == (Verdict.NORMAL, "王五")


def test_two_who_disagree_on_a_problem_outside_the_list_are_both_shown() -> None:
    question = f"{FREE} 门锁松动"
    given = (said(question, "张三", "abnormal", 0), said(question, "李四", "normal", 5))
    (one,) = found_beside(given, "room", {})
    assert (one.verdict, one.by) == (Verdict.UNKNOWN, "张三、李四")
    assert one.message.zh.endswith("填表人说法不一（张三：异常；李四：正常）")
    assert one.subject == "门锁松动"
