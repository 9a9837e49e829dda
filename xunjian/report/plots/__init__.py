"""What a report draws: from its model to drawings that need nothing but the page they stand in."""

from xunjian.language import Language
from xunjian.report.model import ReportModel
from xunjian.report.plots.rounds import rounds_plot
from xunjian.report.plots.sites import sites_plot
from xunjian.report.plots.svg import Plot
from xunjian.report.plots.values import judged, strip_plots, trend_plots

__all__ = ["Plot", "draw", "rounds_plot"]


def draw(model: ReportModel, language: Language) -> tuple[Plot, ...]:
    """Draw all that the model has figures for, in the order of the page."""
    overall = (rounds_plot(model.rounds, language), sites_plot(model.sites, language))
    verdicts = {row.finding.id: row.finding.verdict for row in model.findings}
    series = judged(model.series, verdicts)
    return (
        *(plot for plot in overall if plot is not None),
        *strip_plots(series, language),
        *trend_plots(series, language),
    )
