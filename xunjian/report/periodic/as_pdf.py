"""The PDF, set by typst from one template for all periodic documents."""

from dataclasses import asdict
from pathlib import Path

from xunjian.language import Language
from xunjian.report.as_pdf import Attached, typeset
from xunjian.report.fonts import FontChoice, choose_fonts
from xunjian.report.periodic.drawn import standing_alone
from xunjian.report.periodic.gathered import local
from xunjian.report.periodic.laid import LaidBlock, lay
from xunjian.report.periodic.model import PeriodModel

TEMPLATE = "periodic.typ"


def as_pdf(
    model: PeriodModel, language: Language, template: bytes, fonts: Path | None = None
) -> bytes:
    """Set the document; raises UsageError without a font for Chinese, or for a wrong template."""
    chosen = choose_fonts(fonts)
    laid = lay(model, language, breaks=True)
    pictures: dict[str, bytes] = {}
    data = asdict(laid) | {"language": language.value}
    data["sections"] = [
        {
            "title": section.title,
            "new_page": section.new_page,
            "is_wide": section.is_wide,
            "blocks": [_block(one, chosen, pictures) for one in section.blocks],
        }
        for section in laid.sections
    ]
    rows = sum(len(block.rows) for section in laid.sections for block in section.blocks)
    beside = Attached(model.head.logo, pictures, TEMPLATE, has_tags=rows <= 1000)
    return typeset(data, template, chosen, local(model.as_of), beside)


def _block(block: LaidBlock, fonts: FontChoice, pictures: dict[str, bytes]) -> dict[str, object]:
    said: dict[str, object] = {
        "kind": block.kind,
        "title": block.title,
        "lines": block.lines,
        "figures": [asdict(one) for one in block.figures],
        "head": block.head,
        "kinds": block.kinds,
        "widths": block.widths,
        "rows": block.rows,
    }
    if block.plot is not None:
        name = f"plot{len(pictures) + 1}.svg"
        pictures[name] = standing_alone(block.plot, fonts.sans)
        said |= {"picture": name, "note": block.plot.note, "lines": [block.plot.description]}
    return said
