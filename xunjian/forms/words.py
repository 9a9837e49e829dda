"""What stands on a form, in both languages; reading accepts either."""

from collections.abc import Mapping

from xunjian.checks.model import Verdict
from xunjian.language import Text

NUMBER = Text("序号", "No.")
DEVICE = Text("设备", "Device")
ITEM = Text("项目", "Item")
STANDARD = Text("标准", "Standard")
UNIT = Text("单位", "Unit")
VALUE = Text("实测值", "Measured")
VERDICT = Text("结论", "Verdict")
CAUSE = Text("原因（异常必填）", "Cause (if abnormal)")
REMARK = Text("备注", "Remark")
PHOTO = Text("照片", "Pictures")
DECIDES = Text("以此为准", "Decides")
ID = Text("标识（请勿改动）", "Id (leave as it is)")
GIVEN = Text("预填", "Given")
COLUMNS = (
    *(NUMBER, DEVICE, ITEM, STANDARD, UNIT, VALUE, VERDICT, CAUSE, REMARK, PHOTO, DECIDES),
    *(ID, GIVEN),
)

BY = Text("巡检人", "Inspector")
AT = Text("巡检时间", "Time")
PROBLEMS = Text("表外问题（清单以外的新问题）", "Problems outside the list")
DAY = Text("年-月-日", "date")  # stands for the unit of a day
YES, NO = Text("是", "yes"), Text("否", "no")
META = "xunjian"  # hidden sheet

CHOICES = (Verdict.NORMAL, Verdict.ABNORMAL, Verdict.NOT_APPLICABLE, Verdict.NOT_CHECKED)

# what people write where the list offers four words
VERDICTS: Mapping[str, Verdict] = {
    word.lower().replace(" ", ""): verdict
    for verdict, more in (
        (Verdict.NORMAL, "√ ✓ ✔ ☑ 合格 完好 良好 正常运行 无异常 通过 ok pass good"),
        (Verdict.ABNORMAL, "× ✗ ✘ x 不合格 不正常 有异常 故障 fail bad"),
        (Verdict.NOT_APPLICABLE, "/ n/a na 不适用 无此项"),
        (Verdict.NOT_CHECKED, "未检查 没检 未查"),
    )
    for word in (verdict.word.zh, verdict.word.en, verdict.value, *more.split())
}
NOTHING = frozenset({"", "/", "-", "—", "无", "没有", "none", "no"})  # where nothing is to be said


def is_yes(text: str) -> bool | None:
    """Whether a person said yes; none where it is neither yes nor no."""
    said = text.strip().lower()
    if said in {YES.zh, YES.en, "y", "true", "1", "√", "✓", "✔", "同意", "agree"}:
        return True
    return False if said in {*NOTHING, NO.zh, "n", "false", "0", "×"} else None
