"""Plots say what they show, keep to their frame, and need neither colour nor sight."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from tests.page_sample import model, series
from tests.report_samples import a_series
from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report.plots import draw, rounds_plot
from xunjian.report.plots.svg import WIDTH, Scale, cells_of, short, ticks
from xunjian.report.plots.values import by_limits, judged, short_name, strip_plots, trend_plots

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 7, (0, 2, 4, 6, 8)),
        (0, 1, (0, 0.5, 1)),
        (-24, -10, (-25, -20, -15, -10)),
        (42, 42, (40, 60)),
        (0, 0, (0, 0.5)),
    ],
)
def test_ticks_are_round_and_cover_the_span(low: float, high: float, wanted: object) -> None:
    found = ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    if wanted != (0, 0.5, 1) and low != high:
        assert found == wanted


def test_a_scale_never_leaves_the_drawing() -> None:
    scale = Scale(0, 10, 100, 200)
    assert [scale(v) for v in (-5, 0, 5, 10, 99)] == [100, 100, 150, 200, 200]


def test_a_text_is_cut_by_the_cells_it_takes() -> None:
    assert short("核心交换机一号", 8) == "核心交…"
    assert short("core-switch", 20) == "core-switch"


@pytest.mark.parametrize("language", list(Language))
def test_every_plot_has_a_name_a_description_and_a_table(language: Language) -> None:
    plots = draw(model(is_latin=language is Language.EN), language)
    assert [p.topic for p in plots][:5] == ["rounds", "sites", "optical", "temperature", "runtime"]
    assert len({p.id for p in plots}) == len(plots)
    for plot in plots:
        root = drawn(plot.svg)
        named = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
        assert [e.text for e in named if e is not None] == [plot.title, plot.description]
        assert plot.rows
        assert {len(row) for row in plot.rows} == {len(plot.head)}
        _, _, width, height = (float(v) for v in root.attrib["viewBox"].split())
        for place in root.iter():
            for key, most in (("x", width), ("x1", width), ("x2", width), ("y", height)):
                assert 0 <= float(place.attrib.get(key, 0)) <= most
    assert WIDTH == 440


def test_columns_stand_on_each_other_and_add_up() -> None:
    one = model()
    plot = rounds_plot(one.rounds, Language.ZH)
    assert plot is not None
    boxes = [
        (float(r.attrib["x"]), float(r.attrib["height"]), r.attrib["class"])
        for r in drawn(plot.svg).iter(f"{SVG}rect")
        if r.find(f"{SVG}title") is not None
    ]
    last = max(x for x, _, _ in boxes)
    heights = {kind.split()[-1]: height for x, height, kind in boxes if x == last}
    counts = one.rounds[-1].verdicts
    unit = heights["abnormal"] / counts["abnormal"]
    for verdict in ("warning", "unknown"):
        assert heights[verdict] / unit == pytest.approx(counts[verdict], abs=0.1)


def test_one_round_alone_is_no_plot_over_rounds() -> None:
    assert rounds_plot(model().rounds[-1:], Language.ZH) is None


@pytest.mark.parametrize(
    ("worse", "value", "wanted"),
    [
        ("high", 50.0, "ok"),
        ("high", 60.0, "warning"),
        ("high", 70.0, "critical"),
        ("low", 70.0, "ok"),
        ("low", 64.0, "warning"),
        ("low", 59.0, "critical"),
    ],
)
def test_the_side_that_is_worse_decides(worse: str, value: float, wanted: str) -> None:
    first = series(is_latin=True)[0]
    low, high = (60.0, 65.0) if worse == "high" else (65.0, 60.0)
    at = first.points[-1][0]
    one = replace(
        first, worse=worse, points=((at, value),), limits={"warning": low, "critical": high}
    )
    assert by_limits(one) == wanted


def test_two_sided_limits_and_the_round_s_own_verdict() -> None:
    first = series(is_latin=True)[0]
    at = first.points[-1][0]
    one = replace(first, points=((at, -2.4),), limits={"low": -18.0, "high": 1.0, "margin": 2.0})
    assert by_limits(one) == "ok"
    assert by_limits(replace(one, points=((at, 1.5),))) == "critical"
    assert judged((one,), {one.id: Verdict.WARNING})[0].state == "warning"
    assert "margin" not in strip_plots(judged((one,), {}), Language.EN)[0].rows[0][2]


def test_what_is_nearest_to_its_limit_stands_first() -> None:
    plots = strip_plots(judged(series(is_latin=True), {}), Language.EN)
    states = [row[3] for row in plots[2].rows]
    assert states == sorted(states, key=lambda s: s == "within limits")
    assert states[0] == "beyond the warning limit"


def test_a_forecast_is_drawn_dashed_with_its_method() -> None:
    plots = trend_plots(judged(series(is_latin=True), {}), Language.EN)
    assert plots
    assert 'class="forecast"' in plots[0].svg
    assert "straight line through 8 rounds" in plots[0].note


def test_hostile_names_stay_text() -> None:
    evil = "<script>alert(1)</script>\u202e\x1b"
    one = replace(series(is_latin=True)[0], label=evil, subject=evil, title=Text(evil))
    known = judged((one,), {one.id: Verdict.ABNORMAL})
    for plot in (*strip_plots(known, Language.EN), *trend_plots(known, Language.EN)):
        drawn(plot.svg)
        assert "<script" not in plot.svg
        assert "\u202e" not in plot.svg
        assert "\x1b" not in plot.svg


@pytest.mark.parametrize("text", ["core-switch-1", "核心交换机一号", "a b c d e f g h", "核a心b"])
@pytest.mark.parametrize("cells", [5, 8, 11])
def test_a_cut_text_is_never_wider_than_it_may_be(text: str, cells: int) -> None:
    assert cells_of(short(text, cells)) <= cells


def test_devices_stay_told_apart_where_names_are_cut() -> None:
    one = replace(a_series(), label="杭州核心机房核心交换机一号", subject="0/1/very-long-sensor")
    names = {short_name(replace(one, device=f"hz-core-sw{n}"), 21) for n in (1, 2)}
    assert names == {"hz-core-sw1 0/1/very…", "hz-core-sw2 0/1/very…"}
