"""`explain NAME`: the chain of a task or check, and what is judged per platform."""

from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.options import WorkspaceOption
from xunjian.cli.output import Output, harmless
from xunjian.language import Text
from xunjian.run.content import Content

if TYPE_CHECKING:
    from xunjian.tasks.explain import ExplainedCard, ExplainedPlatform


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "explain",
        help=both(
            "讲清一个项目或判定：各平台问什么、怎么读、变成什么事实、实际按什么判、标准出处。"
            "\n\n例：xunjian explain cpu_memory    xunjian explain server.cpu",
            "Explain a task or a check: what each platform is asked, how it is read, which facts "
            "it gives, what is judged there, and where the limits come from."
            "\n\nExamples: xunjian explain cpu_memory    xunjian explain server.cpu",
        ),
    )
    def explain_command(
        name: Annotated[
            str,
            typer.Argument(metavar="NAME", help=both("项目名或判定名", "name of a task or check")),
        ],
        workspace: WorkspaceOption = None,
    ) -> int:
        from xunjian.tasks.explain import explain

        content = Content(workspace)
        if _show_configuration(content, output, name):
            return 0
        for card in explain(name, content.catalog, content.platforms).cards:
            _show_card(output, card)
        return 0


def _show_configuration(content: Content, output: Output, name: str) -> bool:
    """Explain the task `config` or one of its checks; False when the name is none of them."""
    from xunjian.run.config_checks import CONFIG, CONFIG_CHECKS, TITLE

    wanted = [check for check in CONFIG_CHECKS if name in {CONFIG, check.id}]
    if not wanted or name in content.catalog.names:
        return False
    from xunjian.config.pack import load_packs

    key = Text("剧本的 config 键", "key `config` of a playbook")
    output.lines(f"{CONFIG}  {output.text(TITLE)}  [{output.text(key)}]")
    packs = load_packs(content.workspace, content.platforms.aliases)
    for pack in packs.by_name.values():
        asked = [*pack.commands.running[:1], *pack.commands.startup[:1]]
        asked += [part.command for part, _ in pack.parts]
        if asked and pack.platform in content.platforms.names:
            said = " | ".join(harmless(command.send) for command in asked)
            output.lines(f"\n  {pack.platform}  {output.text(pack.title)}\n    {said}")
    for check in wanted:
        output.lines(f"\n  {check.id}  {output.text(check.title)}")
        for label, text in (
            (Text("标准", "standard"), check.standard),
            (Text("判法", "judged"), check.how),
            (Text("建议", "advice"), check.advice),
        ):
            output.lines(f"    {output.text(label)}: {output.text(text)}")
    return True


def _show_card(output: Output, card: "ExplainedCard") -> None:
    task = card.task
    kinds = ", ".join(task.kinds) or output.text(Text("任何类别", "any kind"))
    output.lines(
        f"{task.name}  {output.text(task.title)}  {task.mark}  [{kinds}]  "
        f"{task.relative} ({task.layer})"
    )
    for platform in card.platforms:
        _show_platform(output, platform)
    for check in card.checks:
        output.lines(f"\n  {check.id}  {output.text(check.title)}")
        facts = (
            (Text("对象", "for each"), check.for_each),
            (Text("标准", "standard"), output.text(check.standard)),
            (Text("阈值", "limits"), " ".join(f"{k}={v}" for k, v in check.limits.items())),
            (Text("级别", "levels"), " ".join(f"{k}={v}" for k, v in check.levels.items())),
            (Text("建议", "advice"), output.text(check.advice)),
            (Text("出处", "source"), output.text(check.source)),
        )
        for label, value in facts:
            if value:
                output.lines(f"    {output.text(label)}: {value}")
    output.lines("")


def _show_platform(output: Output, platform: "ExplainedPlatform") -> None:
    from xunjian.tasks.evidence import TITLES

    output.lines(f"\n  {platform.platform}  {output.text(platform.title)}")
    for step in platform.steps:
        again = output.text(Text("否则", "else")) + " " if step.alternative > 1 else ""
        asked = " | ".join(step.questions)
        read = ", ".join(step.parsers)
        output.lines(
            f"    {again}{step.channel}: {harmless(asked)}  ▶ {read}  ▶ {step.fact}"
            f"  [{output.text(TITLES[step.evidence])}]"
        )
        for name, source in step.fields.items():
            output.lines(f"        {name} = {harmless(source)}")
    for check in platform.checks:
        if not check.applies:
            output.lines(f"    ✗ {check.check}: {output.text(check.reason)}")
            continue
        output.lines(f"    ✓ {check.check}")
        for key, expression in check.expressions.items():
            output.lines(f"        {key}: {harmless(expression)}")
