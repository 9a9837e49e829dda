"""Which columns an answer will have: known before anything is asked."""

from collections.abc import Mapping

from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.parse import GENERIC_PARSERS, TemplateError
from xunjian.parse.answers import FORM_COLUMNS, ICMP_COLUMNS, SESSION_COLUMNS, SIP_COLUMNS
from xunjian.parse.documents import compile_jmespath, compile_xpath
from xunjian.parse.registers import POINT_COLUMNS
from xunjian.parse.templates import FOLDER, relative_path
from xunjian.platforms import Platform
from xunjian.schema import KeyPath, nearest_hint
from xunjian.tasks.card_file import StepKeys
from xunjian.tasks.resolve import Card
from xunjian.transport.model import Channel

_BY_CHANNEL: Mapping[Channel, tuple[str, ...]] = {
    Channel.ICMP: ICMP_COLUMNS,
    Channel.SIP: SIP_COLUMNS,
    Channel.SESSION: SESSION_COLUMNS,
}
FOLLOW_COLUMNS = ("page", "member")  # path of the page, ids of the members on the way to it


def parsers_of(step: StepKeys) -> tuple[str, ...]:
    """Give the parsers a step names, in order."""
    return (step.parse,) if isinstance(step.parse, str) else tuple(step.parse)


def named_columns(step: StepKeys) -> Mapping[str, tuple[str, ...]]:
    """Give `columns` with every entry as a list of alternatives."""
    return {
        name: (paths,) if isinstance(paths, str) else tuple(paths)
        for name, paths in step.columns.items()
    }


def columns_of(
    card: Card, at: KeyPath, *, step: StepKeys, channel: Channel, platform: Platform | None
) -> tuple[str, ...]:
    """Give the columns of a step's rows and note every parser, template or path that is wrong."""
    extra = ("item",) if step.repeat else ()
    if step.follow:
        extra = (*extra, *FOLLOW_COLUMNS)
    if channel in _BY_CHANNEL:
        return (*_BY_CHANNEL[channel], *extra)
    if channel is Channel.SNMP:
        return (*(step.get if isinstance(step.get, dict) else ()), *_walked(step), *extra)
    if channel is Channel.MANUAL:
        return (*dict.fromkeys((*step.ask, *FORM_COLUMNS)), *extra)
    if channel is Channel.MODBUS:
        own = isinstance(step.registers, str)
        return POINT_COLUMNS if own else (*step.registers, *extra)
    if step.decode is not None:
        return (*_decoded(card, at, step), *extra)
    found: list[str] = []
    for parser in parsers_of(step) or ("",):
        found += _parser_columns(card, at, parser=parser, step=step, platform=platform)
    return (*dict.fromkeys(found), *extra)


def _walked(step: StepKeys) -> tuple[str, ...]:
    return (*step.walk, "index") if step.walk else ()


def _decoded(card: Card, at: KeyPath, step: StepKeys) -> tuple[str, ...]:
    known = card.templates.decoders
    if step.decode not in known:
        card.unknown((*at, "decode"), Text("解码器", "decoder"), str(step.decode), known)
    if not step.columns:
        card.complain(at, Text("decode 需要 columns", "decode needs columns"))
    return tuple(step.columns)


def _parser_columns(
    card: Card, at: KeyPath, *, parser: str, step: StepKeys, platform: Platform | None
) -> tuple[str, ...]:
    if parser.endswith(".textfsm"):
        return _template_columns(card, (*at, "parse"), parser, platform)
    if parser == "ntc":
        return _ntc_columns(card, at, step, platform)
    if parser == "lines":
        return _line_columns(card, at, step)
    if parser in {"xml", "xstatus", "json", "pairs"}:
        _check_paths(card, at, parser, step)
        return tuple(step.columns)
    message = Text("缺少或未知的 parse", "parse is missing or unknown")
    hint = Text(
        "应为模板文件名 (*.textfsm) 或 " + ", ".join(GENERIC_PARSERS),
        "a template's file name (*.textfsm) or " + ", ".join(GENERIC_PARSERS),
    )
    card.complain((*at, "parse"), message, hint)
    return ()


def _template_columns(
    card: Card, at: KeyPath, name: str, platform: Platform | None
) -> tuple[str, ...]:
    folder = platform.name if platform else "any"
    try:
        return card.templates.form(folder, name).columns
    except UsageError:
        files = card.templates.workspace.iterate(f"{FOLDER}/{folder}", "*.textfsm")
        known = [found.path.name for found in files]
        shown = relative_path(folder, name)
        message = Text(f"找不到模板：{shown}", f"unknown template: {shown}")
        card.complain(at, message, nearest_hint(name.rpartition("/")[2], known))
    except TemplateError as error:
        card.problems.merge([error.problem(relative_path(folder, name))])
    return ()


def _ntc_columns(
    card: Card, at: KeyPath, step: StepKeys, platform: Platform | None
) -> tuple[str, ...]:
    name = (platform.ntc or platform.name) if platform else ""
    command = step.ntc or step.send
    form = card.templates.ntc_form(name, command)
    if form is None:
        card.complain(
            (*at, "parse"),
            Text(
                f"ntc-templates 没有模板：{name} {command}",
                f"ntc-templates has no template: {name} {command}",
            ),
        )
        return ()
    return form.columns


def _line_columns(card: Card, at: KeyPath, step: StepKeys) -> tuple[str, ...]:
    if step.pattern is None or not step.pattern.groupindex:
        message = Text("lines 需要带命名组的 pattern", "lines needs a pattern with named groups")
        card.complain((*at, "pattern"), message)
        return ()
    return tuple(step.pattern.groupindex)


def _check_paths(card: Card, at: KeyPath, parser: str, step: StepKeys) -> None:
    """Every parser with `columns` needs them; each path must compile."""
    if not step.columns:
        card.complain(at, Text(f"{parser} 需要 columns", f"{parser} needs columns"))
    if parser == "pairs":
        if step.pattern is None or step.pattern.groups != 2:
            message = Text("pairs 需要恰好两个组的 pattern", "pairs needs a pattern of two groups")
            card.complain((*at, "pattern"), message)
        return
    compiler = compile_jmespath if parser == "json" else compile_xpath
    paths = [((*at, "each"), step.each)] if step.each else []
    for name, alternatives in named_columns(step).items():
        paths += [((*at, "columns", name), path) for path in alternatives]
    for where, path in paths:
        try:
            compiler(path)
        except ValueError as error:
            kind = "JMESPath" if parser == "json" else "XPath"
            card.complain(
                where, Text(f"{kind} 有错：{path}", f"not a {kind}: {path}"), Text(str(error))
            )
