"""Values measured in the period as series, each with its trend."""

from collections.abc import Mapping

from xunjian.checks.model import Finding
from xunjian.report.building.beside import Source
from xunjian.report.building.series import TOPICS, forecast_of
from xunjian.report.document import Series
from xunjian.report.periodic.gathered import local
from xunjian.store.span_model import Span

_DRAWN = ("warning", "critical", "low", "high")  # limits in the unit of the value itself


def series_in(
    span: Span, sources: Mapping[str, Source], labels: Mapping[str, str]
) -> tuple[Series, ...]:
    """Give every series of the span that has a topic."""
    return tuple(
        _series(finding, span, sources, labels)
        for finding in span.measured.values()
        if finding.check in TOPICS and span.values.get(finding.id)
    )


def _series(
    finding: Finding, span: Span, sources: Mapping[str, Source], labels: Mapping[str, str]
) -> Series:
    topic = TOPICS[finding.check]
    source = sources.get(finding.check)
    found = dict(finding.limits) or dict(source.limits if source else {})
    limits = {name: found[name] for name in _DRAWN if name in found}
    points = tuple((local(at), value) for at, value in span.values[finding.id])
    return Series(
        id=finding.id,
        topic=topic.name,
        title=source.title if source else finding.title,
        device=finding.device,
        label=labels.get(finding.device, finding.device),
        subject=finding.subject,
        unit=finding.unit,
        points=points,
        limits=limits,
        worse=topic.worse,
        forecast=forecast_of(topic, points, limits, finding.unit),
    )
