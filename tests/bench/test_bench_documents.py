"""Every document of a round of 1,000 devices and 15 items: time and memory, together and each.

The bounds are printed; they are held only where `XUNJIAN_BENCH_STRICT` is set, on a machine that
has nothing else to do.
"""

import os
import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report_samples import a_model
from xunjian.language import Language
from xunjian.report import FILES, ReportModel, render

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
DEVICES, ITEMS, BAD_EVERY = 1000, 15, 10
TOGETHER_S, MEMORY_MB, HTML_S = 30.0, 600.0, 1.0


def read(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


def held_mb(form: str) -> float:
    """What this process holds now; for the PDF with the most that typst's process held."""
    own = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return (own + (started if form == "pdf" else 0)) / 1e6


def measured(model: ReportModel) -> tuple[float, float, float]:
    """Seconds for all, megabytes at most, seconds for HTML."""
    took: dict[str, float] = {}
    held: list[float] = []
    for form in FILES:
        started = time.perf_counter()
        document = render(model, form, Language.ZH, read)
        took[form] = time.perf_counter() - started
        held.append(held_mb(form))
        size = len(document) / 1e6
        print(f"{form:6} {took[form]:6.2f} s {size:6.2f} MB, held {held[-1]:.0f} MB")  # noqa: T201
    return sum(took.values()), max(held), took["html"]


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_all_documents_of_a_thousand_devices() -> None:
    model = replace(a_model(DEVICES, ITEMS, BAD_EVERY), record_sheets="abnormal")
    together, memory, html = measured(model)
    print(f"together {together:.1f} s of {TOGETHER_S:.0f}, {memory:.0f} MB of {MEMORY_MB:.0f}")  # noqa: T201
    if os.environ.get("XUNJIAN_BENCH_STRICT"):
        assert together <= TOGETHER_S
        assert memory <= MEMORY_MB
        assert html <= HTML_S
