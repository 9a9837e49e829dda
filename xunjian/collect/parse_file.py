"""One stored answer without a device: the card's parser gives facts, else ntc-templates' rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from xunjian.collect.mapping import map_rows
from xunjian.collect.questions import requests_of
from xunjian.collect.reading import Reading, parse_step
from xunjian.errors import NotFitting
from xunjian.facts import Fact, fact_to_json, merge_rows
from xunjian.facts.model import FactRow, StepState
from xunjian.language import Text
from xunjian.parse import TemplateCache, Unparsed
from xunjian.platforms import Platform
from xunjian.tasks.model import Catalog, Step
from xunjian.transport.model import Channel, Evidence, Request

PROVEN, UNPROVEN = "proven", "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """What a file holds.

    completeness: `proven` when a card's `expect` or a closing prompt was there, else `unproven`.
    facts: by fact name, when a card uses the command; else `rows` are those of ntc-templates.
    """

    platform: str
    command: str
    parser: str
    completeness: str
    facts: Mapping[str, tuple[Fact, ...]] | None = None
    rows: tuple[Mapping[str, object], ...] = ()
    unmatched: tuple[str, ...] = ()
    problems: tuple[Text, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Give the contract's shape."""
        held: dict[str, object] = {"rows": [dict(row) for row in self.rows]}
        if self.facts is not None:
            held = {
                "facts": {
                    name: [fact_to_json(fact) for fact in facts]
                    for name, facts in self.facts.items()
                }
            }
        return {
            "platform": self.platform,
            "command": self.command,
            "parser": self.parser,
            "completeness": self.completeness,
            **held,
            "unmatched": list(self.unmatched),
        }


def parse_file(
    catalog: Catalog,
    platform: Platform | str,
    command: str,
    text: str,
    *,
    templates: TemplateCache,
) -> ParsedFile:
    """Parse one answer to one command.

    platform: one of ours, or the name of one that only ntc-templates knows.

    Raises:
        NotFitting: no card and no public template reads it.
    """
    if isinstance(platform, str):
        platform = Platform(name=platform, title=Text(platform))
    command = " ".join(command.split())
    body, closed = _without_frame(platform, command, text)
    steps = _steps(catalog, platform, command)
    if not steps:
        return _with_ntc(platform, command, body, templates=templates, closed=closed)
    readings = [
        (step, parse_step(step, [_evidence(step, body)], platform=platform, templates=templates))
        for step in steps
    ]
    good = [(step, reading) for step, reading in readings if reading.state is StepState.OK]
    if not good:
        reasons = "; ".join(dict.fromkeys(reading.reason for _, reading in readings))
        raise _nothing_fits(platform, command, reasons)
    return _with_cards(platform, command, good, closed=closed)


def _steps(catalog: Catalog, platform: Platform, command: str) -> list[Step]:
    """Give every step of any card that asks exactly this, each form once."""
    found: dict[str, Step] = {}
    for task in catalog.tasks:
        for group in task.collect.get(platform.name, ()):
            for step in group.alternatives:
                requests = () if step.follow or step.repeat else requests_of(step)
                if len(requests) == 1 and requests[0].text == command:
                    found.setdefault(repr((step.fact, step.parse, step.map, step.skip)), step)
    return list(found.values())


def _with_cards(
    platform: Platform, command: str, good: Sequence[tuple[Step, Reading]], *, closed: bool
) -> ParsedFile:
    rows: dict[str, list[FactRow]] = {}
    problems: list[Text] = []
    for step, reading in good:
        at = reading.evidence[0].started_at
        mapped = map_rows(step, reading.rows, platform, at)
        problems += [*mapped.problems, *([Text(mapped.broken)] if mapped.broken else [])]
        rows.setdefault(step.fact, []).extend(
            FactRow(fact=fact, evidence_ids=("file",), taken_at=at) for fact in mapped.facts
        )
    facts: dict[str, tuple[Fact, ...]] = {}
    for name, found in rows.items():
        merged, conflicts = merge_rows(found)
        facts[name] = tuple(row.fact for row in merged)
        problems += conflicts
    proven = closed or all(step.expect is not None for step, _ in good)
    return ParsedFile(
        platform=platform.name,
        command=command,
        parser=", ".join(dict.fromkeys(reading.parser for _, reading in good)),
        completeness=PROVEN if proven else UNPROVEN,
        facts=facts,
        unmatched=tuple(dict.fromkeys(line for _, r in good for line in r.unmatched)),
        problems=tuple(problems),
    )


def _with_ntc(
    platform: Platform, command: str, text: str, *, templates: TemplateCache, closed: bool
) -> ParsedFile:
    try:
        name, rows = templates.ntc_rows(platform.ntc or platform.name, command, text)
    except Unparsed as error:
        raise _nothing_fits(platform, command, error.reason) from None
    return ParsedFile(
        platform=platform.name,
        command=command,
        parser=f"ntc-templates: {name}",
        completeness=PROVEN if closed else UNPROVEN,
        rows=rows,
    )


def _without_frame(platform: Platform, command: str, text: str) -> tuple[str, bool]:
    """Drop an echoed command line and a closing prompt, if a terminal left them in the file."""
    lines = text.replace("\r\n", "\n").rstrip("\n ").split("\n")
    closed = bool(
        platform.prompt and len(lines) > 1 and platform.prompt.fullmatch(lines[-1].rstrip())
    )
    if closed:
        lines = lines[:-1]
    first = " ".join(lines[0].split()) if lines else ""
    if platform.prompt and first.endswith(command):
        before = first.removesuffix(command).rstrip()
        if not before or platform.prompt.fullmatch(before):
            lines = lines[1:]
    return "\n".join(lines) + "\n", closed


def _evidence(step: Step, text: str) -> Evidence:
    request = Request(channel=step.channel, text=step.send or "file")
    status = 200 if step.channel is Channel.HTTP else None
    return Evidence(
        id="file",
        device="file",
        request=request,
        raw=text.encode(),
        text=text,
        decoded_as="utf-8",
        started_at=datetime.now(UTC),
        elapsed_s=0.0,
        complete=True,
        status=status,
    )


def _nothing_fits(platform: Platform, command: str, reason: str) -> NotFitting:
    return NotFitting(
        Text(
            f"没有能解析它的卡片或模板：{platform.name} {command}",
            f"no card or template reads it: {platform.name} {command}",
        ),
        Text(reason, reason),
    )
