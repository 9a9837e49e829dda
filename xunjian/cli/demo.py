"""`demo`: a lab with every fault planted, a pre-holiday round over it, and the proof."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.checks.model import Verdict
from xunjian.cli.documents import prepare_folder
from xunjian.cli.language import both
from xunjian.cli.output import Output, harmless
from xunjian.cli.run import make_round
from xunjian.language import Text
from xunjian.run.content import Content

if TYPE_CHECKING:
    from xunjian.lab.score import FalseAlarm, FaultScore, Score

PLAYBOOK = "pre_holiday"
NOT_PROVEN = 1


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "demo",
        help=both(
            "演示：在本机回环上起一个实验室，植入全部故障，做一次节前巡检，"
            "对账：植入、找到、误报。全部找到且无误报才退出 0。"
            "\n\n例：xunjian demo    xunjian demo -o 演示报告",
            "A lab on loopback with every fault planted, a pre-holiday round over it, and the "
            "account: planted, found, false alarms. Exit 0 only for all found, none false."
            "\n\nExamples: xunjian demo    xunjian demo -o demo-report",
        ),
    )
    def demo(
        out: Annotated[
            Path,
            typer.Option("-o", "--output", metavar="DIR", help=both("报告目录", "report folder")),
        ] = Path("reports/demo"),
    ) -> int:
        from xunjian.lab import up
        from xunjian.lab.score import score_round
        from xunjian.run.round import Wanted, order_round

        prepare_folder(out)
        output.say(
            Text(
                "正在本机回环上启动实验室（设备全部是仿真的）…",
                "bringing up the lab on loopback (every device is a personality) …",
            )
        )
        with tempfile.TemporaryDirectory(prefix="xunjian-demo-") as folder:
            lab = up(Path(folder), ("all",), detach=False)
            try:
                content = Content(
                    Path(folder), options={"format": "html,docx,pdf,xlsx,md,json,junit"}
                )
                order = order_round(content, Wanted(playbook=PLAYBOOK))
                record = make_round(content, output, order, out)
                content.store.close()
            finally:
                lab.down()
        score = score_round(record, lab.planted)
        _show(output, score, out)
        return 0 if score.passed else NOT_PROVEN


def _show(output: Output, score: "Score", out: Path) -> None:
    output.data("")
    output.table(
        [
            Text("植入的故障", "planted"),
            Text("设备", "device"),
            Text("期待", "expected"),
            Text("找到", "found"),
        ],
        [_row(output, one) for one in score.planted],
    )
    for alarm in score.false_alarms:
        output.data(_alarm(output, alarm))
    output.data(
        Text(
            f"\n植入 {len(score.planted)}，找到 {score.found}，误报 {len(score.false_alarms)}。"
            f"报告：{out}/report.html",
            f"\n{len(score.planted)} planted, {score.found} found, "
            f"{len(score.false_alarms)} false alarms. Report: {out}/report.html",
        ).to(output.language)
    )


def _row(output: Output, one: "FaultScore") -> tuple[str, ...]:
    fault = one.fault
    expected = f"{fault.check} {output.text(fault.verdict.word)}"
    if fault.verdict is Verdict.NORMAL:
        expected += output.text(Text("（须承受）", " (must be borne)"))
    said = output.text(Text("是", "yes")) if one.found else output.text(Text("否", "NO"))
    return (f"{fault.name} {output.text(fault.title)}", fault.device, expected, said)


def _alarm(output: Output, alarm: "FalseAlarm") -> str:
    verdict = output.text(alarm.verdict.word) if alarm.verdict else ""
    return harmless(
        f"{output.text(Text('误报：', 'false: '))}{alarm.device} {alarm.check} {alarm.subject} "
        f"{verdict} {alarm.reason}"
    )
