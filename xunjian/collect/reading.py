"""The end of one question: rows, or why there are none. Only complete evidence is ever parsed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from re import Pattern

from xunjian.collect.read_once import ReadOnce
from xunjian.facts.model import StepState
from xunjian.parse import NotOffered, Row, Table, TemplateCache, Unparsed
from xunjian.parse.answers import parse_form, parse_object, parse_sip
from xunjian.parse.decoders import Decoder
from xunjian.parse.documents import load_json, parse_xml, rows_of_json
from xunjian.parse.lines import parse_lines, parse_pairs
from xunjian.parse.registers import row_of_point, row_of_registers
from xunjian.parse.snmp import row_of_scalars, rows_of_walks
from xunjian.parse.xstatus import parse_xstatus
from xunjian.platforms import Platform
from xunjian.tasks.model import Step
from xunjian.transport.model import Channel, Evidence

# The question was sent and its answer did not end: the rest may hold anything.
_BROKEN_OFF = frozenset({"hang", "session_lost", "deadline", "interrupted", "bad_answer"})
_NOT_FOUND_STATUS = frozenset({404, 405, 410, 501})  # RFC 9110: the resource or method is not there
_NO_SUCH_COMMAND = frozenset({126, 127})  # POSIX shell, section 2.8.2: not executable, not found
_FIXED_FORM = frozenset(
    {
        Channel.SIP,
        Channel.ICMP,
        Channel.SESSION,
        Channel.SNMP,
        Channel.MODBUS,
        Channel.MANUAL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one alternative ended.

    rows: only with state ok (and, beside a broken part, with what was read before it).
    parts: of a repeated step one per item, so that every row cites its own answer and no other.
    """

    state: StepState
    reason: str = ""
    rows: tuple[Row, ...] = ()
    unmatched: tuple[str, ...] = ()
    parser: str = ""
    evidence: tuple[Evidence, ...] = field(default=())
    parts: tuple["Reading", ...] = ()

    def citing(self, evidence: Sequence[Evidence]) -> "Reading":
        """Give the same reading with the evidence it stands on."""
        return replace(self, evidence=tuple(evidence))


def parse_step(
    step: Step,
    evidence: Sequence[Evidence],
    *,
    platform: Platform | None,
    templates: TemplateCache,
    read: ReadOnce | None = None,
) -> Reading:
    """Read the answers to a step's requests, in the order of `requests_of`.

    read: what earlier steps of the visit made of the same answers.
    """
    read = read or ReadOnce(platform=platform, templates=templates)
    for one in evidence:
        if (broken := incomplete(one)) is not None:
            return broken.citing(evidence)
    for one in evidence:
        if (refused := _refused(step, one, read)) is not None:
            return refused.citing(evidence)
    try:
        reading = _parse(step, evidence, read)
    except NotOffered as error:
        reading = Reading(state=StepState.UNSUPPORTED, reason=error.reason)
    except Unparsed as error:
        reading = Reading(state=StepState.UNPARSED, reason=error.reason)
    return reading.citing(evidence)


def incomplete(evidence: Evidence) -> Reading | None:
    """Say why evidence must not be parsed; None when it is complete."""
    if evidence.complete:
        return None
    asked = bool(evidence.raw) or evidence.error in _BROKEN_OFF
    state = StepState.INCOMPLETE if asked else StepState.NOT_READ
    if evidence.error == "unsupported":
        state = StepState.UNSUPPORTED
    return Reading(state=state, reason=evidence.error or "incomplete")


def _refused(step: Step, evidence: Evidence, read: ReadOnce) -> Reading | None:
    """Tell an answer that says "no" from one that holds data."""
    if step.channel in _FIXED_FORM:
        return None
    if (said := _unsupported(step, evidence, read)) is not None:
        return Reading(state=StepState.UNSUPPORTED, reason=said)
    if step.channel is Channel.HTTP and not 200 <= (evidence.status or 200) < 300:
        return Reading(state=StepState.UNPARSED, reason=f"http_{evidence.status}")
    if (complaint := _complaint(step, evidence, read)) is not None:
        return Reading(state=StepState.UNPARSED, reason=complaint)
    if step.expect is not None and not step.expect.search(_said(evidence)):
        return Reading(state=StepState.UNPARSED, reason=f"expect: {step.expect.pattern}")
    return None


def _complaint(step: Step, evidence: Evidence, read: ReadOnce) -> str | None:
    """Give the words by which the answer says that it failed.

    A card's own `error` is looked for beside the output too; a platform's words would also stand
    there when one mount of many could not be read.
    """
    denied = read.platform.no_privilege if read.platform else None
    if denied is not None and (found := read.search(denied, _said(evidence))):
        return f"no_privilege: {_shown(found.group())}"
    beside = f"{evidence.text}\n{evidence.detail}" if step.error is not None else ""
    if step.error is not None and (found := step.error.search(beside)):
        return f"error: {_shown(found.group())}"
    return None


def _unsupported(step: Step, evidence: Evidence, read: ReadOnce) -> str | None:
    if step.channel is Channel.HTTP and evidence.status in _NOT_FOUND_STATUS:
        return f"http_{evidence.status}"
    if step.channel is Channel.SHELL and evidence.status in _NO_SUCH_COMMAND:
        return f"exit_{evidence.status}"
    patterns: tuple[Pattern[str] | None, ...] = (
        step.unsupported,
        read.platform.unsupported if read.platform else None,
    )
    for pattern in patterns:
        if pattern is not None and (found := read.search(pattern, _said(evidence))):
            return _shown(found.group())
    return None


def _said(evidence: Evidence) -> str:
    """Give the output; of a shell command that had none and failed, what it complained of."""
    silent = evidence.request.channel is Channel.SHELL and not evidence.text.strip()
    return evidence.detail if silent and evidence.status else evidence.text


def _parse(step: Step, evidence: Sequence[Evidence], read: ReadOnce) -> Reading:
    """Try each parser in order: the first that reads the answer with as many rows as expected."""
    reasons: list[str] = []
    for parser in step.parse or ("",):
        try:
            table = _table(step, parser, evidence, read)
            check_rows(step, table)
        except Unparsed as error:
            reasons.append(error.reason)
            continue
        failed = _exit_failure(step, evidence)
        return Reading(
            state=StepState.UNPARSED if failed else StepState.OK,
            reason=failed,
            rows=table.rows,
            unmatched=table.unmatched,
            parser=parser or step.decode or step.channel.value,
        )
    raise Unparsed("; ".join(reasons))


def _exit_failure(step: Step, evidence: Sequence[Evidence]) -> str:
    """Say that a shell command failed half-way: `df` lists the others and exits 1.

    A command whose status says something else (`dnf check-update`) needs `expect` as its proof.
    """
    if step.channel is not Channel.SHELL or step.expect is not None:
        return ""
    for one in evidence:
        if one.status:
            return _shown(f"exit_{one.status} {one.flags.get('stderr', '')}")
    return ""


def check_rows(step: Step, table: Table) -> None:
    """Hold the number of rows against `rows`, before anything is skipped."""
    if step.rows.admits(len(table.rows)):
        return
    most = "" if step.rows.most is None else str(step.rows.most)
    wanted = f"{step.rows.least}..{most}" if str(step.rows.least) != most else most
    raise Unparsed(f"rows: {len(table.rows)}, expected {wanted}")


def _table(step: Step, parser: str, evidence: Sequence[Evidence], read: ReadOnce) -> Table:
    if step.channel in _FIXED_FORM:
        return _fixed(step, evidence)
    answer = evidence[0]
    if step.decode is not None:
        return _decoded(step, read.templates.decoders[step.decode], answer)
    if parser.endswith(".textfsm"):
        return read.table(parser, answer.text)
    if parser == "ntc":
        return read.ntc_table(step.ntc or step.send, answer.text)
    return _generic(step, parser, answer)


def _fixed(step: Step, evidence: Sequence[Evidence]) -> Table:
    if step.channel is Channel.SNMP:
        return _snmp(step, evidence)
    text = evidence[0].text
    if step.channel is Channel.MODBUS:
        return _registers(step, evidence)
    if step.channel is Channel.MANUAL:
        return parse_form(text)
    return parse_sip(text) if step.channel is Channel.SIP else parse_object(text)


def _registers(step: Step, evidence: Sequence[Evidence]) -> Table:
    if not step.own_registers:
        return row_of_registers([one.text for one in evidence], step.registers)
    (name, register), *_ = step.registers.items()
    return row_of_point(evidence[0].text, name, register)


def _generic(step: Step, parser: str, answer: Evidence) -> Table:
    if parser == "xml":
        body = answer.raw if step.channel is Channel.HTTP else answer.text
        return parse_xml(body, each=step.each, columns=step.columns)
    if parser == "xstatus":
        return parse_xstatus(answer.text, each=step.each, columns=step.columns)
    if parser == "json":
        body = answer.raw if step.channel is Channel.HTTP else answer.text
        return rows_of_json(load_json(body), each=step.each, columns=step.columns)
    if step.pattern is None:
        raise Unparsed("no pattern")
    if parser == "pairs":
        return parse_pairs(answer.text, step.pattern, step.columns)
    return parse_lines(answer.text, step.pattern)


def _decoded(step: Step, decode: Decoder, answer: Evidence) -> Table:
    rows = decode(answer.text)
    named: list[Row] = []
    for row in rows:
        found = {
            name: next((row[key] for key in keys if key in row), "")
            for name, keys in step.columns.items()
        }
        named.append({name: value for name, value in found.items() if value})
    return Table(rows=tuple(named))


def _snmp(step: Step, evidence: Sequence[Evidence]) -> Table:
    if step.walk:
        texts = {column: one.text for column, one in zip(step.walk, evidence, strict=True)}
        table = rows_of_walks(texts, step.walk)
    else:
        columns = step.get if not isinstance(step.get, str) else {}
        table = row_of_scalars(evidence[0].text, columns)
    if not table.rows and step.rows.least > 0:
        raise NotOffered("no_such_object")
    return table


def _shown(text: str) -> str:
    return " ".join(text.split())[:80]
