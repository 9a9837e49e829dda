"""Sets one document with typst, as a process of its own.

`python -m xunjian.report.typesetter`, a job as JSON on stdin: the folder that holds the document
(its root: typst reads nothing outside it), the fonts, the time to stamp. The PDF goes to
`report.pdf` in that folder, a mistake of the template to `mistake.json` there (exit code 1). With
`ppi` in the job the pages become pictures instead, `output` is their pattern.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

SOURCE, DATA = "inspection.typ", "data.json"
RESULT, MISTAKE = "report.pdf", "mistake.json"


def main() -> int:
    """Read the job, set the document."""
    from typst import Fonts, TypstError
    from typst import compile as compile_document

    job = json.load(sys.stdin)
    root = Path(job["root"])
    fonts = Fonts(
        include_system_fonts=job["uses_system"],
        include_embedded_fonts=True,
        font_paths=list(job["folders"]),
    )
    try:
        compile_document(
            str(root / SOURCE),
            output=str(root / job.get("output", RESULT)),
            root=str(root),
            font_paths=fonts,
            package_path=str(root / "packages"),
            package_cache_path=str(root / "packages"),
            timestamp=datetime.fromisoformat(job["at"]),
            **({"format": "png", "ppi": job["ppi"]} if "ppi" in job else {"pdf_tags": job["tags"]}),
        )
    except TypstError as error:
        said = {"message": str(error.message), "where": error.diagnostic}
        (root / MISTAKE).write_text(json.dumps(said), encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
