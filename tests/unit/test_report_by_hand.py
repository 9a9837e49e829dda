"""What people wrote on forms, in the documents: whose word it is, of what, and when."""

from xunjian.language import Text
from xunjian.run.answers import Answer


def test_what_somebody_answered_is_told_in_words_with_the_cause() -> None:
    bad = Answer(
        values={"state": "abnormal"}, verdict="abnormal", cause="地面有积水痕迹", by="李四"
    )
    assert bad.shown() == Text("李四：异常（地面有积水痕迹）", "李四: abnormal (地面有积水痕迹)")
    good = Answer(values={"state": "normal"}, verdict="normal", by="张三")
    assert good.shown() == Text("张三：正常", "张三: normal")
    measured = Answer(values={"reading": 22.5, "note": "门口"}, by="张三")
    assert measured.shown() == Text("张三：22.5 门口", "张三: 22.5 门口")
