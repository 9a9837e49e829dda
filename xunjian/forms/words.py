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
SIGN = Text("签字", "Signature")
YES, NO = Text("是", "yes"), Text("否", "no")
META = "xunjian"  # hidden sheet

CHOICES = (Verdict.NORMAL, Verdict.ABNORMAL, Verdict.NOT_APPLICABLE, Verdict.NOT_CHECKED)

# what people write where the list offers four words
VERDICTS: Mapping[str, Verdict] = {
    **{verdict.word.zh: verdict for verdict in CHOICES},
    **{verdict.word.en: verdict for verdict in CHOICES},
    **{verdict.value: verdict for verdict in CHOICES},
    **dict.fromkeys(("√", "✓", "✔", "合格", "完好", "ok", "正常。"), Verdict.NORMAL),
    **dict.fromkeys(("×", "✗", "不合格", "不正常", "故障"), Verdict.ABNORMAL),
    **dict.fromkeys(("/", "n/a", "na", "不适用"), Verdict.NOT_APPLICABLE),
    **dict.fromkeys(("未检查", "没检"), Verdict.NOT_CHECKED),
}


def is_yes(text: str) -> bool:
    """Whether a person said yes."""
    return text.strip().lower() in {YES.zh, YES.en, "y", "true", "1", "√", "✓", "同意", "agree"}
