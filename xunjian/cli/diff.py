"""`diff`: what changed between two configurations, and how dangerous it is."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.naming import told
from xunjian.cli.options import InventoryOption, LimitOption, WhereOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.config.model import RISKS, ConfigDiff, Risk, TrustState
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content

if TYPE_CHECKING:
    from xunjian.config.pack import Pack

AGAINST = "baseline"
CHANGED = 1
NOT_TRUSTWORTHY = 3
LARGEST_BYTES = 256 * 1024 * 1024

FormOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORM",
        help=both(
            "json、md、html、junit、sarif 或 unified（缺省）",
            "json, md, html, junit, sarif or unified (default)",
        ),
    ),
]
FailOnRiskOption = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="RISK",
        help=both(
            "未批准的变更从哪一级起退出码为 1：info（缺省） low medium high critical",
            "exit 1 from this risk of an unapproved change: info (default) low medium high "
            "critical",
        ),
    ),
]

OldArgument = Annotated[
    Path | None,
    typer.Argument(metavar="OLD", help=both("旧的；- 为标准输入", "the old; - is stdin")),
]
NewArgument = Annotated[
    Path | None,
    typer.Argument(metavar="NEW", help=both("新的；- 为标准输入", "the new; - is stdin")),
]
PlatformOption = Annotated[
    str, typer.Option("--platform", metavar="P", help=both("平台名", "platform"))
]
AgainstOption = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="WHAT",
        help=both(
            "与什么比：baseline（缺省）、startup、backup（上次读到的，查计划内变更）、另一台设备",
            "baseline (default), startup, backup (what was read last; planned changes must be "
            "there), or another device",
        ),
    ),
]
FileOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help=both("写到这个文件", "write to this file")),
]
DetailedOption = Annotated[
    bool,
    typer.Option(
        "--detailed-exitcode",
        help=both(
            "退出码同 terraform：0 无变更，1 出错或不可信，2 有变更",
            "exit codes as terraform's: 0 no change, 1 error or not trustworthy, 2 changes",
        ),
    ),
]


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "diff",
        help=both(
            "比较两份配置文件：按段落、按语义，口令只作指纹，不需要设备、密钥或工作区。"
            "不给文件而给 -l，则读取设备，与基线比较。"
            "\n\n退出码：0 无未批准的变更，1 有，3 内容不可信、设备未到达或尚无基线。"
            "\n\n例：xunjian diff 旧.cfg 新.cfg --platform huawei_vrp    "
            "xunjian diff -l switch --format html -o 变更.html",
            "Compare two configuration files by sections and meaning; secrets are fingerprints "
            "only; needs no device, key or workspace. With -l instead of files: read devices and "
            "compare with their baselines.\n\nExit code: 0 no unapproved change, 1 some, 3 not "
            "trustworthy, a device not reached or no baseline yet."
            "\n\nExamples: xunjian diff old.cfg new.cfg --platform huawei_vrp    "
            "xunjian diff -l switch --format html -o changes.html",
        ),
    )
    def diff_command(
        old: OldArgument = None,
        new: NewArgument = None,
        platform: PlatformOption = "",
        limit: LimitOption = None,
        where: WhereOption = None,
        against: AgainstOption = AGAINST,
        form: FormOption = "unified",
        out: FileOption = None,
        fail_on: FailOnRiskOption = Risk.INFO.value,
        detailed: DetailedOption = False,
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
    ) -> int:
        threshold = read_risk(fail_on)
        check_form(form)
        content = Content(workspace, inventory)
        is_of_devices = limit is not None or where is not None
        if old is not None and (is_of_devices or against != AGAINST):
            raise UsageError(
                Text(
                    "比较两份文件时不选设备：去掉 -l、-W、--against",
                    "two files and devices do not go together: leave out -l, -W, --against",
                )
            )
        if is_of_devices:
            from xunjian.cli.drift import diff_devices

            found = diff_devices(content, output, (limit, where), against)
        else:
            found = [diff_files(content, output, _both(old, new), platform)]
        show(content, output, found, form, out, threshold)
        code = exit_code(found, threshold)
        if code == CHANGED:
            say_open(output, found, threshold)
        return _terraform(code) if detailed else code


def _both(old: Path | None, new: Path | None) -> tuple[Path, Path]:
    hint = Text(
        "用法：xunjian diff OLD NEW --platform P，或 xunjian diff -l PATTERN",
        "usage: xunjian diff OLD NEW --platform P, or xunjian diff -l PATTERN",
    )
    if old is None:
        raise UsageError(Text("缺少：OLD", "missing: OLD"), hint)
    if new is None:
        raise UsageError(Text("缺少：NEW", "missing: NEW"), hint)
    if str(old) == str(new) == "-":
        raise UsageError(Text("标准输入只能用一次", "stdin can be read once only"))
    return old, new


def read_risk(given: str) -> Risk:
    """Read the value of `--fail-on`; raises UsageError."""
    from xunjian.mistakes import nearest_hint

    if given in tuple(Risk):
        return Risk(given)
    raise UsageError(
        Text(f"--fail-on 的值不对：{given}", f"--fail-on has a wrong value: {given}"),
        nearest_hint(given, [risk.value for risk in RISKS], limit=len(RISKS)),
    )


def check_form(form: str) -> None:
    """Refuse a format that is none of ours; raises UsageError."""
    from xunjian.mistakes import nearest_hint
    from xunjian.report.diff import FORMS

    if form not in FORMS:
        raise UsageError(
            Text(f"--format 的值不对：{form}", f"--format has a wrong value: {form}"),
            nearest_hint(form, FORMS, limit=len(FORMS)),
        )


def diff_files(
    content: Content, output: Output, files: tuple[Path, Path], platform: str
) -> ConfigDiff:
    """Compare two files with the pack of a platform and a key that is kept nowhere."""
    from xunjian.config.model import Side
    from xunjian.config.pipeline import Setting, diff_texts, fresh_key

    old, new = files
    if not platform:
        raise UsageError(
            Text("缺少：--platform", "missing: --platform"),
            Text(
                "如 --platform huawei_vrp；有哪些：xunjian list platforms",
                "such as --platform huawei_vrp; `xunjian list platforms` lists them",
            ),
        )
    pack = _pack_of(content, output, platform)
    setting = Setting(
        device=_name(new),
        mode="pair",
        left=Side(source="file", name=_name(old), pack=pack.ref),
        right=Side(source="file", name=_name(new), pack=pack.ref),
    )
    return diff_texts(_read(old), _read(new), pack, key=fresh_key(), setting=setting)


def _pack_of(content: Content, output: Output, platform: str) -> "Pack":
    """Give a platform's pack. No other platform's files are read where the name is a pack's own."""
    from xunjian.config.pack import load_pack, load_packs

    if (own := load_pack(content.workspace, platform)) is not None:
        return own
    aliases = content.platforms.aliases
    if (own := load_pack(content.workspace, aliases.get(platform, platform))) is not None:
        return own
    packs = load_packs(content.workspace, aliases)
    _say_generic(output, platform, (*packs.names, *content.platforms.names))
    return packs.get(platform)


def show(
    content: Content,
    output: Output,
    diffs: list[ConfigDiff],
    form: str,
    out: Path | None,
    fail_on: Risk,
) -> None:
    """Print or write the differences, and say on stderr what may not be believed."""
    from xunjian.report.diff import render_diff

    called = told(tuple(diffs), content, output.language)
    document = render_diff(called, form, output.language, content.layout, fail_on=fail_on)
    if out is None:
        output.data(document.decode()) if document else None
    else:
        from xunjian.cli.documents import write_document

        write_document(out, document)
    for diff in diffs:
        for reason in diff.trust.reasons:
            output.say(
                f"{diff.device}: {output.text(Text('不可信', 'not trustworthy'))}: "
                f"{output.text(reason)}"
            )


def exit_code(diffs: list[ConfigDiff], fail_on: Risk) -> int:
    """Give 3 before 1: nobody may take a difference of half a configuration for the whole one."""
    if any(diff.not_compared or diff.trust.state is not TrustState.TRUSTED for diff in diffs):
        return NOT_TRUSTWORTHY
    return CHANGED if _open_count(diffs, fail_on) else 0


def say_open(output: Output, diffs: list[ConfigDiff], fail_on: Risk) -> None:
    """Say on stderr why the exit code is 1."""
    count = _open_count(diffs, fail_on)
    output.say(
        Text(
            f"未批准或缺失的变更：{count}（从 {fail_on} 级起）",
            f"changes not approved or missing: {count} (from {fail_on} up)",
        )
    )


def _open_count(diffs: list[ConfigDiff], fail_on: Risk) -> int:
    from xunjian.report.diff.figures import is_tolerated

    level = RISKS.index(fail_on)
    changes = [change for diff in diffs for change in diff.changes]
    count = sum(RISKS.index(c.risk) >= level and not is_tolerated(c) for c in changes)
    return count + sum(len(diff.missing_planned) for diff in diffs)


def _terraform(code: int) -> int:
    return {0: 0, CHANGED: 2}.get(code, 1)


def _say_generic(output: Output, platform: str, known: tuple[str, ...]) -> None:
    from xunjian.mistakes import nearest

    output.say(
        Text(
            f"平台 {platform} 没有配置包，按通用规则比较",
            f"no pack for platform {platform}: compared by the generic rules",
        )
    )
    near = nearest(platform, known)
    if near is not None and near != platform:
        output.say(Text(f"  是否想写 {near}", f"  did you mean {near}?"))


def _name(file: Path) -> str:
    return "stdin" if str(file) == "-" else file.name


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return _fitting(sys.stdin.buffer.read(LARGEST_BYTES + 1), file)
        with file.open("rb") as stream:
            return _fitting(stream.read(LARGEST_BYTES + 1), file)
    except OSError as error:
        raise UsageError(
            Text(
                f"读不了文件：{file}（{error.strerror}）", f"cannot read: {file} ({error.strerror})"
            )
        ) from error


def _fitting(content: bytes, file: Path) -> bytes:
    if len(content) > LARGEST_BYTES:
        raise UsageError(Text(f"文件太大：{file}", f"the file is too large: {file}"))
    return content
