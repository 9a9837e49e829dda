"""`report.pdf`, set by typst from a template that the customer may replace.

The template is untrusted and so is every text: the document's data are a JSON file beside it,
never typst source. typst runs in a process of its own whose root is a folder made for it (it reads
nothing else), whose way to the network leads to a dead end, and which is ended when it takes too
long.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.report.fonts import FontChoice, choose_fonts
from xunjian.report.model import ReportModel
from xunjian.report.photos import photos_of
from xunjian.report.printed import Data, printed
from xunjian.report.typesetter import DATA, MISTAKE, RESULT, SOURCE
from xunjian.report.wording import Wording

TIME_S = 300.0
# packages would be fetched over HTTPS: port 9 (discard) of this machine answers nobody
_DEAD_END = "http://127.0.0.1:9"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
# tags help readers of the screen, and cost as much as all the rest: only where they stay quick
_TAGGED_ROWS_MOST = 1000
_PPI = 200.0  # of drawings as pictures: 440 wide are 13 cm on paper


def as_pdf(
    model: ReportModel,
    language: Language,
    template: bytes,
    fonts: Path | None = None,
    *,
    use_system_fonts: bool = True,
) -> bytes:
    """Set the document.

    Args:
        model: what it says.
        language: of every text in it.
        template: typst source, as `templates/report/inspection.typ`.
        fonts: the workspace's folder of fonts.
        use_system_fonts: whether the fonts of this machine may be used.

    Raises:
        UsageError: no font for Chinese, or a template that typst cannot set.
    """
    chosen = choose_fonts(fonts, use_system=use_system_fonts)
    data = printed(model, language)
    at = model.ended_at or model.started_at
    photos = photos_of(model, Wording(language))
    pictures = {photo.file: photo.content for photo in photos}
    beside = Attached(model.head.logo, pictures, has_tags=_is_short(data))
    return typeset(data, template, chosen, at, beside)


@dataclass(frozen=True, slots=True)
class Attached:
    """What lies beside a document. pictures: SVG by name. name: of the template, for mistakes.

    pictures_of: the pattern of pictures to be made of its pages, instead of a PDF.
    """

    logo: bytes = b""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    name: str = SOURCE
    has_tags: bool = True
    pictures_of: str = ""


def typeset(
    data: Data, template: bytes, fonts: FontChoice, at: datetime, beside: Attached
) -> bytes:
    """Set any document from its data and its template; `at` is the time it bears."""
    data["fonts"] = {
        "serif": list(fonts.serif),
        "sans": list(fonts.sans),
        "mono": list(fonts.mono),
    }
    with tempfile.TemporaryDirectory(prefix="xunjian-pdf-") as folder:
        root = Path(folder)
        data["logo"] = _logo(root, beside.logo)
        for name, picture in beside.pictures.items():
            (root / name).write_bytes(picture)
        (root / SOURCE).write_bytes(template)
        (root / DATA).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return _set(root, fonts, at, beside)


def as_pictures(drawings: Sequence[bytes], fonts: FontChoice, at: datetime) -> tuple[bytes, ...]:
    """Turn SVG drawings into PNG, for formats that know no SVG."""
    source = "#set page(width: auto, height: auto, margin: 0pt)\n" + "#pagebreak()\n".join(
        f'#image("{number}.svg")\n' for number, _ in enumerate(drawings, start=1)
    )
    with tempfile.TemporaryDirectory(prefix="xunjian-png-") as folder:
        root = Path(folder)
        for number, drawing in enumerate(drawings, start=1):
            (root / f"{number}.svg").write_bytes(drawing)
        (root / SOURCE).write_text(source, encoding="utf-8")
        _set(root, fonts, at, Attached(pictures_of="plot-{0p}.png"))
        return tuple(path.read_bytes() for path in sorted(root.glob("plot-*.png")))


def _logo(root: Path, picture: bytes) -> str:
    """Put the customer's picture beside the document; what is no PNG or JPEG is left out."""
    for magic, name in ((b"\x89PNG\r\n\x1a\n", "logo.png"), (b"\xff\xd8\xff", "logo.jpg")):
        if picture.startswith(magic):
            (root / name).write_bytes(picture)
            return name
    return ""


def _is_short(data: Data) -> bool:
    rows = sum(len(sheet["rows"]) for sheet in data["sheets"])
    rows += sum(len(value) for value in data.values() if isinstance(value, list))
    return rows <= _TAGGED_ROWS_MOST


def _set(root: Path, fonts: FontChoice, at: datetime, beside: Attached) -> bytes:
    job = {
        "root": str(root),
        "folders": [str(folder) for folder in fonts.folders],
        "uses_system": fonts.uses_system,
        "at": at.replace(microsecond=0).isoformat(),  # typst takes whole seconds only
        "tags": beside.has_tags,
    }
    if beside.pictures_of:
        job |= {"output": beside.pictures_of, "ppi": _PPI}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "xunjian.report.typesetter"],
            input=json.dumps(job),
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_S,
            env=_environment(),
            cwd=root,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(f"> {TIME_S:.0f} s", beside.name) from error
    if done.returncode == 0:
        return b"" if beside.pictures_of else (root / RESULT).read_bytes()
    raise _refused(_mistake(root, done, beside.name), beside.name)


def _environment() -> dict[str, str]:
    """Give the process the libraries of this one and no way to the network."""
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    dead = {name: _DEAD_END for proxy in _PROXIES for name in (proxy, proxy.upper())}
    libraries = os.pathsep.join(path for path in sys.path if path)
    package = str(Path(__file__).resolve().parents[2])
    return kept | dead | {"PYTHONPATH": os.pathsep.join((package, libraries))}


def _mistake(root: Path, done: subprocess.CompletedProcess[str], name: str) -> str:
    try:
        said = json.loads((root / MISTAKE).read_bytes())
    except (OSError, ValueError):
        return (done.stderr or "").strip().rsplit("\n", maxsplit=1)[-1] or str(done.returncode)
    # the excerpt names a folder that is gone when this is read
    where = [line.split(f"{SOURCE}:")[-1] for line in said["where"].splitlines() if SOURCE in line]
    return f"{said['message']} ({name}:{where[0].strip()})" if where else said["message"]


def _refused(what: str, name: str) -> UsageError:
    return UsageError(
        Text(f"PDF 模板不能排版：{what}", f"the PDF template cannot be set: {what}"),
        Text(
            f"改正 templates/report/{name}；模板只能读 data.json 与标志图，不能用软件包",
            f"correct templates/report/{name}; it may read data.json and the logo only, "
            "and use no package",
        ),
    )
