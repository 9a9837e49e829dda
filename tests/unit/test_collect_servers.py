"""What servers and their controllers do to collecting: complaints beside the output, long logs."""

import json
import re
from collections.abc import Generator, Mapping
from datetime import UTC, datetime

import pytest

from xunjian.collect.follow import Walk
from xunjian.collect.reading import Reading, parse_step
from xunjian.facts.model import StepState
from xunjian.parse import TemplateCache
from xunjian.platforms import load_platforms
from xunjian.tasks.model import Rows, Step
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.workspace import builtin_root, open_workspace

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
LOG = "/redfish/v1/Log"


def shell(answer: CannedAnswer, error: str | None = None) -> Reading:
    workspace = open_workspace(builtin_root())
    step = Step(
        fact="Reading",
        channel=Channel.SHELL,
        send="ask",
        parse=("lines",),
        pattern=re.compile(r"(?P<name>\w+)"),
        error=re.compile(error) if error else None,
    )
    canned = Canned(device="one", answers={"ask": answer}, at=AT)
    evidence = canned(Request(channel=Channel.SHELL, text="ask"))
    platform = load_platforms(workspace).get("linux")
    return parse_step(step, [evidence], platform=platform, templates=TemplateCache(workspace))


@pytest.mark.parametrize(
    ("status", "out", "complaint", "state", "reason"),
    [
        (1, b"", "cat: /x: No such file or directory", StepState.UNSUPPORTED, "No such file"),
        (1, b"", "cat: /x: Permission denied", StepState.UNPARSED, "no_privilege"),
        (0, b"", "cat: /x: Permission denied", StepState.UNPARSED, "rows: 0"),
        (1, b"word\n", "df: /x: Permission denied", StepState.UNPARSED, "exit_1"),
    ],
)
def test_a_silent_command_is_judged_by_its_complaint(
    status: int, out: bytes, complaint: str, state: StepState, reason: str
) -> None:
    reading = shell(CannedAnswer(raw=out, status=status, stderr=complaint))
    assert reading.state is state
    assert reason in reading.reason


def test_a_cards_own_error_is_looked_for_beside_the_output() -> None:
    answer = CannedAnswer(raw=b"word\n", status=0, stderr="Hint: not everything is shown")
    assert shell(answer).state is StepState.OK
    reading = shell(answer, error="not everything")
    assert reading.state is StepState.UNPARSED
    assert reading.reason == "error: not everything"


def walked(
    pages: Mapping[str, object], *, ends: int = 0, least: int = 1, follow: str = "Log/*"
) -> tuple[Reading, int]:
    step = Step(
        fact="LogEntry",
        channel=Channel.HTTP,
        follow=follow,
        ends=ends,
        columns={"id": ("Id",)},
        rows=Rows(least=least),
    )
    raw = {path: CannedAnswer(raw=json.dumps(page).encode()) for path, page in pages.items()}
    canned = Canned(device="one", answers=raw, at=AT)

    def ask(request: Request) -> Generator[Request, Evidence, Evidence]:
        evidence = yield request
        return evidence

    reading, asked = drive(Walk(step=step, ask=ask).run(), canned)
    return reading, len(asked)


def log_of(members: list[object]) -> dict[str, object]:
    root = {"Log": {"@odata.id": LOG}}
    return {"/redfish/v1/": root, LOG: {"Members": members, "Members@odata.count": len(members)}}


def test_of_a_long_log_of_links_both_ends_are_read() -> None:
    pages = log_of([{"@odata.id": f"{LOG}/{n}"} for n in range(100)])
    pages |= {f"{LOG}/{n}": {"Id": str(n)} for n in range(100)}
    reading, asked = walked(pages, ends=3)
    assert [row["id"] for row in reading.rows] == ["0", "1", "2", "97", "98", "99"]
    assert asked == 8
    assert len(walked(pages)[0].rows) == 100


def test_entries_that_stand_in_the_log_itself_are_all_read() -> None:
    pages = log_of([{"@odata.id": f"{LOG}/{n}", "Id": str(n)} for n in range(100)])
    reading, asked = walked(pages, ends=3)
    assert len(reading.rows) == 100
    assert asked == 2


def test_an_empty_log_is_no_row_where_the_card_admits_that() -> None:
    assert walked(log_of([]), least=0)[0].state is StepState.OK
    assert walked(log_of([]), least=0)[0].rows == ()
    assert walked(log_of([]))[0].state is StepState.UNSUPPORTED
    assert walked({"/redfish/v1/": {}}, least=0)[0].state is StepState.UNSUPPORTED


def test_a_name_takes_the_member_of_that_name() -> None:
    pages = log_of([{"@odata.id": f"{LOG}/Audit"}, {"@odata.id": f"{LOG}/Sel"}])
    pages[f"{LOG}/Sel"] = {"Id": "Sel"}
    reading, asked = walked(pages, follow="Log/Sel")
    assert [row["id"] for row in reading.rows] == ["Sel"]
    assert asked == 3
    assert walked(pages, follow="Log/Fault")[0].state is StepState.UNSUPPORTED
