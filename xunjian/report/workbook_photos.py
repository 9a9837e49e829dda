"""Pictures taken on site, on a sheet of their own: each below its words, as the other forms do."""

import io
from typing import Any

from xunjian.report.model import ReportModel
from xunjian.report.photos import Photo, photos_of
from xunjian.report.wording import Wording

_COLUMN_CHARACTERS = 60
_WIDTH_PIXELS = 420  # of such a column
_POINTS_PER_PIXEL = 0.75
_HIGHEST_POINTS = 400.0  # a row takes 409 at most (ECMA-376, row height)


def write_photos(book: Any, model: ReportModel, w: Wording, formats: dict[str, Any]) -> None:
    """Add the sheet where there is a picture; every picture moves with its row when sorted."""
    photos = photos_of(model, w)
    if not photos:
        return
    page = book.add_worksheet(w.t("照片", "Photos"))
    page.set_column(0, 0, _COLUMN_CHARACTERS)
    page.hide_gridlines(2)
    for number, photo in enumerate(photos):
        _write(page, 2 * number, photo, formats)


def _write(page: Any, row: int, photo: Photo, formats: dict[str, Any]) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(photo.content)) as picture:
        width, height = picture.size
    highest = _HIGHEST_POINTS / _POINTS_PER_PIXEL
    scale = min(_WIDTH_PIXELS / width, highest / height)
    page.write_string(row, 0, photo.caption, formats["prose"])
    page.set_row(row + 1, height * scale * _POINTS_PER_PIXEL + 6)
    page.write_blank(row + 1, 0, None, formats["text"])  # else a row without cells is dropped
    options = {
        "image_data": io.BytesIO(photo.content),
        "x_scale": scale,
        "y_scale": scale,
        "object_position": 1,
        "description": photo.caption,
    }
    page.insert_image(row + 1, 0, photo.file, options)
