"""Pictures that people took on site, scaled to what a document needs; originals stay evidence."""

import io
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xunjian.forms.pictures import FORMATS
from xunjian.report.document import ManualRow
from xunjian.report.model import ReportModel
from xunjian.report.wording import Wording

_LONGEST_SIDE = 1000  # pixels: 12 cm on paper at 200 dpi
_QUALITY = 80
MOST = 60  # pictures of one document; the rest stand in the evidence index


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One picture with its words."""

    sha256: str
    caption: str
    content: bytes

    @property
    def file(self) -> str:
        """Its name beside a document that is being set."""
        return f"photo-{self.sha256[:16]}.jpg"


def scaled(content: bytes) -> bytes:
    """Give a picture as a small JPEG without what the camera wrote into it; empty for a paper."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))  # a JPEG is decoded smaller
                picture = ImageOps.exif_transpose(opened).convert("RGB")
                picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
                stream = io.BytesIO()
                picture.save(stream, "JPEG", quality=_QUALITY, comment=b"")
    except Exception:  # noqa: BLE001 - Pillow raises whatever a damaged file makes it raise
        return b""
    return stream.getvalue()


def pictures_of(rows: Iterable[ManualRow], read: Callable[[str], bytes]) -> dict[str, bytes]:
    """Give the scaled pictures that manual items cite, by hash; `read` gives the originals."""
    hashes = dict.fromkeys(photo for row in rows for photo in row.photos)
    found = {sha256: scaled(read(sha256)) for sha256 in list(hashes)[:MOST]}
    return {sha256: content for sha256, content in found.items() if content}


def photos_of(model: ReportModel, w: Wording) -> list[Photo]:
    """Give each picture once, under the item it was taken for."""
    found: dict[str, Photo] = {}
    for row in model.manual:
        for sha256 in row.photos:
            if sha256 in model.pictures and sha256 not in found:
                words = (w.say(row.label or row.device, 60), w.say(row.finding.title, 60), row.by)
                caption = " · ".join(part for part in words if part)
                content = model.pictures[sha256]
                found[sha256] = Photo(sha256=sha256, caption=w.say(caption), content=content)
    return list(found.values())
