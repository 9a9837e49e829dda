"""The portal's page: the newest first, filters, a link to every document."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from xunjian.calendar.clock import in_zone
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.document import IntactRate, RoundFigures
from xunjian.report.pages import assets, page_environment
from xunjian.report.plots import Plot, rounds_plot
from xunjian.report.portal.entry import RUN, Entry
from xunjian.report.shown import shown
from xunjian.report.template_mistakes import mistakes_of

KINDS = {
    RUN: Text("巡检", "Round"),
    "replay": Text("重新判定", "Judged again"),
    "daily-log": Text("运维日志", "Daily service log"),
    "weekly": Text("周报", "Weekly report"),
    "handover": Text("交接表", "Handover sheet"),
    "fault-summary": Text("故障月报", "Fault summary"),
    "running-state": Text("运行状态分析", "Running-state analysis"),
    "equipment": Text("设备与系统管理", "Equipment and systems"),
    "service": Text("服务总结", "Service summary"),
    "score": Text("考核评分", "Score card"),
    "assets": Text("设备台账", "Asset register"),
    "sheets": Text("记录表", "Record sheets"),
}
LOUD = ("abnormal", "warning", "unknown", "normal")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalView:
    """What the page shows beside its rows."""

    latest: Entry | None
    plot: Plot | None
    runs: int
    documents: int
    playbooks: tuple[str, ...]
    occasions: tuple[str, ...]
    months: tuple[str, ...]
    kinds: tuple[str, ...]


@mistakes_of("portal.html.j2")
def as_portal(
    entries: Sequence[Entry],
    language: Language,
    read: Callable[[str], str],
    now: datetime | None = None,
) -> bytes:
    """Render the page; `read` gives the text of a file below `templates/report/`."""
    environment = page_environment(language, autoescape=True)
    environment.finalize = lambda value: shown(value) if type(value) is str else value
    environment.globals.update(
        kind_title=lambda kind: words.word(KINDS, kind).to(language),
        link=lambda path: quote(path, errors="backslashreplace"),
        size=_size,
        loud=LOUD,
        playbook_title=_playbook_titles(entries, language),
        verdict_word=lambda code: _VERDICTS[code].to(language),
        named=lambda entry: _named(entry, language),
    )
    template = environment.from_string(read("portal.html.j2"))
    style = read("page.css") + read("inspection.css") + read("portal.css")
    return template.render(
        entries=entries,
        view=_view(entries, language),
        now=in_zone(now or datetime.now(tz=UTC)),
        language=language.value,
        **assets(style, read("portal.js")),
    ).encode()


_VERDICTS = {
    "abnormal": Text("异常", "abnormal"),
    "warning": Text("预警", "warning"),
    "unknown": Text("待核", "unknown"),
    "normal": Text("正常", "normal"),
}


def _named(entry: Entry, language: Language) -> str:
    return entry.title.to(language) or entry.playbook or words.word(KINDS, entry.kind).to(language)


def _playbook_titles(entries: Sequence[Entry], language: Language) -> dict[str, str]:
    """What playbooks are called, as the newest of their rounds says."""
    return {one.playbook: _named(one, language) for one in reversed(entries) if one.kind == RUN}


def _size(size_bytes: int) -> str:
    if size_bytes < 1024 * 1024:
        return f"{max(1, round(size_bytes / 1024))} KB"
    return f"{size_bytes / 1024 / 1024:.1f} MB"


def _view(entries: Sequence[Entry], language: Language) -> PortalView:
    runs = [entry for entry in entries if entry.kind == RUN]
    latest = next((run for run in runs if run.state == "finished"), runs[0] if runs else None)
    return PortalView(
        latest=latest,
        plot=_plot(runs, latest, language),
        runs=len(runs),
        documents=sum(len(entry.files) for entry in entries),
        playbooks=_choices(entry.playbook for entry in entries),
        occasions=_choices(entry.occasion for entry in entries),
        months=tuple(reversed(_choices(entry.month for entry in entries))),
        kinds=_choices(entry.kind for entry in entries),
    )


def _choices(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(Counter(value for value in values if value)))


def _plot(runs: Sequence[Entry], latest: Entry | None, language: Language) -> Plot | None:
    """The rounds of the latest run's playbook, oldest first."""
    if latest is None:
        return None
    rounds = [
        RoundFigures(
            run_id=run.id,
            number=run.number,
            started_at=run.at,
            verdicts=run.figures,
            intact=run.intact or IntactRate(intact=0, judged=0),
        )
        for run in reversed(runs)
        if run.at and run.playbook == latest.playbook
    ]
    return rounds_plot(rounds, language)
