"""Every site's share of devices reached and intact."""

from collections.abc import Sequence

from markupsafe import Markup

from xunjian.language import Language, Text
from xunjian.report.document import SiteFigures
from xunjian.report.plots.svg import WIDTH, Plot, Scale, box, drawing, line, short, words

_SHOWN = 12
_LEFT, _TOP, _ROW, _RIGHT = 110, 34, 26, 92


def sites_plot(sites: Sequence[SiteFigures], language: Language) -> Plot | None:
    """Draw the sites as bars, the worst first; all of them stand in the table."""
    if not sites:
        return None
    ordered = sorted(sites, key=_standing)
    shown = ordered[:_SHOWN]
    title = Text("各地点完好率与到达率", "Intact and reached by site").to(language)
    description = Text(
        f"{len(sites)} 个地点，差者在前，图示 {len(shown)} 个；单位：%。"
        "粗条为完好率，细条为到达率。",
        f"{len(sites)} sites, the worst first, {len(shown)} drawn, in percent. "
        "The thick bar is the share of intact devices, the thin one of those reached.",
    ).to(language)
    height = _TOP + _ROW * len(shown) + 22
    return Plot(
        id="plot-sites",
        topic="sites",
        title=title,
        description=description,
        svg=drawing("plot-sites", title, description, height, _parts(shown, language)),
        head=(
            Text("地点", "Site").to(language),
            Text("设备", "Devices").to(language),
            Text("到达", "Reached").to(language),
            Text("异常设备", "Abnormal").to(language),
            Text("完好率", "Intact").to(language),
        ),
        rows=tuple(
            (
                s.title or s.site,
                str(s.devices),
                str(s.reached),
                str(s.abnormal),
                _pct(s.intact.pct, s.intact.intact, s.intact.judged),
            )
            for s in ordered
        ),
    )


def _standing(site: SiteFigures) -> tuple[float, float, str]:
    pct = site.intact.pct
    return (-1.0 if pct is None else pct, site.reached / (site.devices or 1), site.site)


def _pct(pct: float | None, part: int, whole: int) -> str:
    return "—" if pct is None else f"{pct:g}% ({part}/{whole})"


def _parts(sites: Sequence[SiteFigures], language: Language) -> list[Markup]:
    x = Scale(0, 100, _LEFT, WIDTH - _RIGHT)
    bottom = _TOP + _ROW * len(sites)
    parts = [
        box(_LEFT, 6, (14, 9), "fill intact"),
        words(_LEFT + 19, 14, Text("完好率", "intact").to(language)),
        box(_LEFT + 78, 9, (14, 4), "fill reached"),
        words(_LEFT + 97, 14, Text("到达率", "reached").to(language)),
    ]
    for value in (0, 25, 50, 75, 100):
        parts.append(line(x(value), _TOP - 6, x(value), bottom, "grid" if value else "base"))
        parts.append(words(x(value), bottom + 15, f"{value}%" if value else "0", "mid soft"))
    for place, site in enumerate(sites):
        parts += _bars(site, _TOP + place * _ROW, x)
    return parts


def _bars(site: SiteFigures, top: float, x: Scale) -> list[Markup]:
    name = site.title or site.site
    told = f"{name} · {_pct(site.intact.pct, site.intact.intact, site.intact.judged)}"
    reached = 100 * site.reached / site.devices if site.devices else 0.0
    pct = site.intact.pct
    parts = [
        words(_LEFT - 8, top + 12, short(name, 14), "end", name),
        box(_LEFT, top + 15, (x(reached) - _LEFT, 3.5), "fill reached", f"{name} · {reached:.1f}%"),
    ]
    if pct is not None:
        parts.insert(1, box(_LEFT, top + 2, (x(pct) - _LEFT, 11), "fill intact", told))
    shown = _pct(pct, site.intact.intact, site.intact.judged)
    return [*parts, words(WIDTH - _RIGHT + 8, top + 12, shown)]
