"""From a run's record to the model that every document shows. A pure function."""

from collections.abc import Mapping
from dataclasses import replace

from xunjian.language import Text
from xunjian.report.building.annexes import advice_of, evidence_of, manual_of, thresholds_of
from xunjian.report.building.beside import Beside
from xunjian.report.building.consequences import (
    faults_of,
    risk_of,
    spares_of,
    with_consequences,
)
from xunjian.report.building.figures import (
    conclusion_of,
    intact_of,
    levels_of,
    rounds_of,
    sites_of,
    totals_of,
)
from xunjian.report.building.head import head_of, record_sheets_of, volumes_of
from xunjian.report.building.leftovers import leftovers_of
from xunjian.report.building.problems import (
    earlier,
    left_out_of,
    problems_of,
    sheets_of,
    unanswered_of,
)
from xunjian.report.building.series import series_of
from xunjian.report.model import Coverage, ReportModel
from xunjian.run.model import RunRecord
from xunjian.store.model import Comparison, Trend

__all__ = ["Beside", "build_report"]


def build_report(
    record: RunRecord,
    comparison: Comparison | None = None,
    task_titles: Mapping[str, Text] | None = None,
    beside: Beside | None = None,
) -> ReportModel:
    """Arrange a run for its readers: problems worst first, one sheet per device."""
    beside = beside or Beside()
    compared = comparison or Comparison(run_id=record.run_id)
    devices = {device.name: device for device in record.devices}
    findings = [f for outcome in record.outcomes for f in outcome.findings]
    problems = problems_of(findings, devices, compared.trends)
    problems = with_consequences(problems, record, beside)
    unanswered = unanswered_of(record, devices)
    sheets = sheets_of(record, findings, problems, unanswered, beside.found)
    totals, intact, levels = totals_of(record, findings), intact_of(sheets), levels_of(findings)
    arranged = ReportModel(
        run_id=record.run_id,
        number=record.number,
        round_id=record.round_id,
        playbook=record.playbook,
        title=record.title,
        occasion=record.occasion,
        state=record.state,
        started_at=record.started_at,
        ended_at=record.ended_at,
        exit_code=record.exit_code,
        conclusion=conclusion_of(record.state, totals, intact, levels),
        totals=totals,
        coverage=Coverage(
            outcomes=sum(not o.is_awaited for o in record.outcomes),
            reached=sum(o.reached for o in record.outcomes),
        ),
        sheets=sheets,
        problems=problems,
        unanswered=unanswered,
        left_out=left_out_of(record, devices),
        resolved=earlier(compared.resolved, devices, Trend.RESOLVED),
        unverified=earlier(compared.unverified, devices, Trend.UNVERIFIED),
        previous_run_id=compared.previous_run_id,
        previous_started_at=compared.previous_started_at,
        outcomes=tuple((o.device, o.task, o.reached, o.reason) for o in record.outcomes),
        content=record.content,
        evidence=record.evidence,
        root_hash=record.root_hash,
        tool_version=record.tool_version,
        inactive=record.inactive,
        nornir_results=record.nornir_results,
        task_titles=task_titles or beside.task_titles,
        intact=intact,
        levels=levels,
        changes=record.changes,
    )
    return _with_annexes(arranged, record, beside)


def _with_annexes(model: ReportModel, record: RunRecord, beside: Beside) -> ReportModel:
    """Add what stands around the findings: the head, the past, the annexes."""
    rows = tuple(row for sheet in model.sheets for row in sheet.rows)
    leftovers = leftovers_of(record, beside.past, beside.supplies)
    series = series_of(rows, beside.past, record.started_at, beside.sources)
    return replace(
        model,
        head=head_of(record, beside),
        leftovers=leftovers,
        risk=risk_of(model, leftovers),
        faults=faults_of(model),
        spares=spares_of(rows, beside.spare_tasks),
        next_rounds=beside.next_rounds,
        site_levels=beside.site_levels,
        manual=manual_of(rows, record.evidence),
        thresholds=thresholds_of(rows, beside.sources),
        evidence_index=evidence_of(record),
        rounds=rounds_of(record, beside.past, model.totals, model.intact),
        sites=sites_of(model.sheets),
        series=series,
        advice=advice_of(model.problems, leftovers, series),
        names=beside.names,
        system_titles=beside.system_titles,
        party_titles=beside.party_titles,
        task_marks=beside.task_marks,
        record_sheets=record_sheets_of(record, beside),
        volumes=volumes_of(record, beside),
    )
