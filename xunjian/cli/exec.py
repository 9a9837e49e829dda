"""`exec 'COMMAND'`: one read-only command on many devices."""

from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.list import selected
from xunjian.cli.options import (
    FORKS,
    ForksOption,
    Form,
    FormatOption,
    InventoryOption,
    LimitOption,
    WhereOption,
    WorkspaceOption,
)
from xunjian.cli.output import Output, harmless
from xunjian.errors import NothingSelected
from xunjian.language import Text
from xunjian.report import words
from xunjian.run.content import Content
from xunjian.run.model import LeftOutReason
from xunjian.transport.model import Evidence

NOT_REACHED = 3


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "exec",
        help=both(
            "在选中的设备上执行一条只读命令。任何一台的规则不许，就一台也不发（退出码 6）。"
            "\n\n例：xunjian exec 'display version' -l switch",
            "Run one read-only command on the selected devices. If the rules of one refuse it, it "
            "is sent to none (exit code 6)."
            "\n\nExample: xunjian exec 'display version' -l switch",
        ),
    )
    def exec_(
        command: Annotated[
            str, typer.Argument(metavar="COMMAND", help=both("命令", "the command"))
        ],
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        limit: LimitOption = None,
        where: WhereOption = None,
        forks: ForksOption = FORKS,
        timeout_s: Annotated[
            float,
            typer.Option(
                "--timeout", metavar="S", min=1, help=both("每台时限（秒）", "seconds each")
            ),
        ] = 60.0,
        form: FormatOption = Form.TABLE,
    ) -> int:
        from xunjian.run.adhoc import ask_all, plan_adhoc
        from xunjian.run.freeze import may_touch, refuse_touch

        content = Content(workspace, inventory)
        restraint = may_touch(content)
        devices = selected(content, limit, where)
        refuse_touch(restraint, devices)
        plan = plan_adhoc(devices, command, content.platforms.get, timeout_s=timeout_s)
        for left in plan.left_out:
            why = _why_left_out(left.reason)
            output.say(
                Text(f"{left.device}：未做（{why.zh}）", f"{left.device}: left out ({why.en})")
            )
        if not plan.asked:
            raise NothingSelected(
                Text("选中的设备都没有命令行", "none of the selected devices has a command line")
            )
        answers = list(
            ask_all(
                plan,
                lambda device: content.open_session(device, timeout_s),
                workers=restraint.at_once(devices, forks or FORKS),
            )
        )
        answers.sort(key=lambda answer: answer.device)
        _show(output, form, answers)
        return 0 if all(answer.complete for answer in answers) else NOT_REACHED


def _why_left_out(reason: LeftOutReason) -> Text:
    if reason is LeftOutReason.NO_CARD:
        return Text("没有命令行", "no command line")
    return words.word(words.REASONS, reason.value)


def _show(output: Output, form: str, answers: list[Evidence]) -> None:
    if form == "json":
        output.json(
            {
                "answers": [
                    {
                        "device": answer.device,
                        "complete": answer.complete,
                        "error": answer.error,
                        "text": answer.text,
                    }
                    for answer in answers
                ]
            }
        )
        return
    for answer in answers:
        output.data(f"== {answer.device} ==")
        output.data("\n".join(harmless(line) for line in answer.text.splitlines()))
        if not answer.complete:
            reason = output.text(words.word(words.REASONS, answer.error))
            output.say(f"{answer.device}: {reason} {harmless(answer.detail)}")
