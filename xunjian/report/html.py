"""The offline page of a run: one file with its own style and script, usable without either."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from jinja2 import FunctionLoader
from markupsafe import Markup

from xunjian.checks.model import BAD, LEVELS, Verdict
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.data_uri import picture
from xunjian.report.diff.page import diff_words
from xunjian.report.marks import LEGEND
from xunjian.report.model import DeviceSheet, ReportModel
from xunjian.report.pages import assets, page_environment
from xunjian.report.photos import photos_of
from xunjian.report.plots import Plot, draw
from xunjian.report.printed_period import period_of
from xunjian.report.problem_rows import ProblemRows
from xunjian.report.record_sheets import RecordSheets
from xunjian.report.shown import long_text, shown
from xunjian.report.template_mistakes import mistakes_of
from xunjian.report.terms import TERMS
from xunjian.report.wording import Wording

PARTS = "html/"  # below templates/report/
_WIDEST_CHOICE = 24
_OPEN_SHEETS = 12  # more devices in trouble than that start folded: a reader filters instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a filter and how many devices it leaves."""

    value: str
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePhoto:
    """A picture inside the page."""

    address: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """What the page needs beside the model."""

    tone: str  # the worst verdict: the colour of the conclusion
    plots: tuple[Plot, ...]
    filters: Mapping[str, tuple[Option, ...]]
    logo: str
    photos: tuple[PagePhoto, ...]
    is_open: bool  # whether sheets of devices in trouble start open


@mistakes_of("inspection.html.j2")
def as_html(model: ReportModel, language: Language, read: Callable[[str], str]) -> bytes:
    """Render the page; `read` gives the text of a file below `templates/report/`."""
    environment = page_environment(language, autoescape=True)
    environment.loader = FunctionLoader(lambda name: read(PARTS + name))
    environment.finalize = lambda value: shown(value) if type(value) is str else value
    environment.globals.update(diff_words(language))
    environment.globals.update(
        long=long_text(language),
        anchor=anchor,
        sheets=RecordSheets(model, language),
        legend=LEGEND,
        facets_of=_facets,
        asset_word=lambda key: words.word(words.ASSETS, key).to(language),
        findings=ProblemRows(model, language, anchor),
        period=period_of(model, language),
        terms=TERMS,
    )
    template = environment.from_string(read("inspection.html.j2"))
    style = read("page.css") + read("inspection.css")
    extra = assets(style, read("inspection.js"))
    return template.render(
        m=model, view=_view(model, language), language=language.value, **extra
    ).encode()


def anchor(device: str) -> str:
    """The place of a device's section: the same in every report of the device."""
    return f"d-{quote(device, safe='', errors='backslashreplace')}"


def _facets(sheet: DeviceSheet) -> Markup:
    return Markup(" ").join(
        Markup('data-{}="{}"').format(name, shown(" ".join(values(sheet))))
        for name, values in VALUES.items()
    )


def _view(model: ReportModel, language: Language) -> PageView:
    bad = sum(sheet.worst in BAD for sheet in model.sheets)
    return PageView(
        tone=_tone(model),
        plots=draw(model, language),
        filters=_filters(model, language),
        logo=picture(model.head.logo),
        photos=tuple(
            PagePhoto(address=picture(photo.content), caption=photo.caption)
            for photo in photos_of(model, Wording(language))
        ),
        is_open=bad <= _OPEN_SHEETS,
    )


def _tone(model: ReportModel) -> str:
    counts, totals = model.totals.verdicts, model.totals
    if counts.get(Verdict.ABNORMAL):
        return "abnormal"
    if counts.get(Verdict.UNKNOWN) or totals.reached + totals.on_paper < totals.devices:
        return "unknown"
    return "warning" if counts.get(Verdict.WARNING) else "normal"


def _filters(model: ReportModel, language: Language) -> dict[str, tuple[Option, ...]]:
    """The choices that tell devices apart: a filter with a single choice is none."""
    titles = {
        "site": {s.device.site: s.device.site_title or s.device.site for s in model.sheets},
        "system": {k: v.to(language) for k, v in model.system_titles.items()},
        "kind": {k: v.to(language) for k, v in words.KINDS.items()},
        "verdict": {v.value: v.word.to(language) for v in Verdict},
        "level": {level: Text(f"{level} 级", f"level {level}").to(language) for level in LEVELS},
    }
    order = {"verdict": [v.value for v in (*BAD, *Verdict)], "level": list(LEVELS)}
    return {
        name: _options([values(s) for s in model.sheets], titles[name], order.get(name, ()))
        for name, values in VALUES.items()
    }


def _options(
    values: Sequence[tuple[str, ...]], titles: Mapping[str, str], order: Sequence[str]
) -> tuple[Option, ...]:
    counts: dict[str, int] = {}
    for found in values:
        for one in found:
            counts[one] = counts.get(one, 0) + 1
    places = {value: place for place, value in reversed(list(enumerate(order)))}
    ordered = sorted(counts, key=lambda value: (places.get(value, 99), titles.get(value, value)))
    return tuple(
        Option(value=value, title=_cut(titles.get(value, value)), count=counts[value])
        for value in ordered
        if value
    )


def _cut(title: str) -> str:
    """A choice is as wide as its text: a list of them must not be wider than a phone."""
    return title if len(title) <= _WIDEST_CHOICE else title[:_WIDEST_CHOICE] + "…"


def verdicts_of(sheet: DeviceSheet) -> tuple[str, ...]:
    """The verdicts a device is found by: its worst, and all it has but normal."""
    found = {v.value for v, count in sheet.verdicts.items() if count and v is not Verdict.NORMAL}
    return tuple(sorted({*found, sheet.worst.value}))


def levels_of(sheet: DeviceSheet) -> tuple[str, ...]:
    """The fault levels of a device's problems."""
    return tuple(sorted({row.finding.level for row in sheet.rows if row.finding.level}))


VALUES: Mapping[str, Callable[[DeviceSheet], tuple[str, ...]]] = {
    "site": lambda sheet: (sheet.device.site,),
    "system": lambda sheet: sheet.device.systems,
    "kind": lambda sheet: (sheet.device.kind,),
    "verdict": verdicts_of,
    "level": levels_of,
}
