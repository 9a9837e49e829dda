"""Stand-ins for a device: stored evidence or files answer the questions of a collecting generator.

A question nobody knows the answer to is answered with an error, never with an empty success.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from xunjian.facts.model import AWAITING_FORM
from xunjian.transport.model import Channel, Evidence, Request

ResultT = TypeVar("ResultT")
Answerer = Callable[[Request], Evidence]


def drive(
    generator: Generator[Request, Evidence, ResultT], answer: Answerer
) -> tuple[ResultT, tuple[Evidence, ...]]:
    """Run a generator to its end; give what it returns and the evidence in order of asking."""
    asked: list[Evidence] = []
    try:
        request = next(generator)
        while True:
            evidence = answer(request)
            asked.append(evidence)
            request = generator.send(evidence)
    except StopIteration as stop:
        result: ResultT = stop.value
        return result, tuple(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Answers from the evidence of an earlier run of one device."""

    device: str
    evidence: Mapping[str, Evidence]  # by the request's key
    at: datetime

    def __call__(self, request: Request) -> Evidence:
        """Give the stored answer; a question that run never asked was not sent."""
        found = self.evidence.get(request.key)
        if found is not None:
            return found
        return failed(self.device, request, self.at, error="not_sent", detail="not in the record")


def stored_answers(device: str, evidence: Iterable[Evidence], at: datetime) -> Stored:
    """Make the answerer of a device from its stored evidence."""
    return Stored(device=device, evidence={one.request.key: one for one in evidence}, at=at)


def failed(
    device: str, request: Request, at: datetime, *, error: str, detail: str = ""
) -> Evidence:
    """Make the evidence of a question that got no answer."""
    return Evidence(
        id=f"{device}#{request.key}",
        device=device,
        request=request,
        raw=b"",
        text="",
        decoded_as="utf-8",
        started_at=at,
        elapsed_s=0.0,
        complete=False,
        error=error,
        detail=detail,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """What a device of a case says to one request."""

    raw: bytes
    complete: bool = True
    error: str = ""
    status: int | None = None
    stderr: str = ""


@dataclass(slots=True)
class Canned:
    """Answers from a table of texts, as a case or a test writes them.

    agent: an SNMP agent's whole tree, oid -> `oid|type|value` line; it answers GET and WALK.
    strict: an unknown request is a broken answer; else the device does not know the command.
    """

    device: str
    answers: Mapping[str, CannedAnswer]
    at: datetime
    agent: Mapping[str, str] | None = None
    strict: bool = False
    count: int = 0

    def __call__(self, request: Request) -> Evidence:
        """Answer one request."""
        self.count += 1
        answer = self.answers.get(request.text)
        if answer is None and request.channel is Channel.SNMP and self.agent is not None:
            answer = CannedAnswer(raw=self._snmp(request.text).encode())
        if answer is None and request.channel is Channel.SESSION:
            answer = CannedAnswer(raw=b'{"answers": true, "login": true, "latency_ms": 20}')
        if answer is None and request.channel is Channel.HTTP and not self.strict:
            answer = CannedAnswer(raw=b"", status=404)
        if answer is None:
            error = "unknown_request" if self.strict else "unsupported"
            error = AWAITING_FORM if request.channel is Channel.MANUAL else error
            return replace(failed(self.device, request, self.at, error=error), id=self._id())
        return self._evidence(request, answer)

    def _id(self) -> str:
        return f"{self.device}#{self.count:03d}"

    def _evidence(self, request: Request, answer: CannedAnswer) -> Evidence:
        text = answer.raw.decode("utf-8", "replace")
        return Evidence(
            id=self._id(),
            device=self.device,
            request=request,
            raw=answer.raw,
            text=text.replace("\r\n", "\n"),
            decoded_as="utf-8",
            started_at=self.at,
            elapsed_s=0.0,
            complete=answer.complete,
            error=answer.error or ("" if answer.complete else "hang"),
            status=answer.status,
            detail=answer.stderr,
        )

    def _snmp(self, text: str) -> str:
        verb, *oids = text.split()
        tree = self.agent or {}
        if verb == "GET":
            return "\n".join(tree.get(oid, f"{oid}|129|") for oid in oids)
        root = oids[0] + "."
        found = [oid for oid in tree if oid.startswith(root)]
        return "\n".join(tree[oid] for oid in sorted(found, key=_arcs))


def read_agent(text: str) -> dict[str, str]:
    """Read an snmprec file: oid -> its line."""
    lines = (line.strip() for line in text.splitlines() if "|" in line)
    return {line.partition("|")[0].strip("."): line for line in lines}


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))
