"""Pictures and papers beside a form: found by name, held to a size, kept as they are."""

import contextlib
import hashlib
import io
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from xunjian.errors import UsageError
from xunjian.forms.cells import UnreadableCell
from xunjian.forms.grid import LARGEST_BYTES, decoded
from xunjian.language import Text

LARGEST_PICTURE = 20 * 1024 * 1024
_LARGEST_PIXELS = 60_000_000
_KINDS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".pdf"}
_MOST_FILES = 500


@dataclass(slots=True)
class Beside:
    """What lies beside a form: in its folder, or in the archive it came in.

    packed: name -> bytes of an archive. used: sha256 -> (name, bytes) of what forms refer to.
    """

    folder: Path | None = None
    packed: Mapping[str, bytes] = field(default_factory=dict)
    used: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def find(self, name: str) -> str:
        """Give the hash of a picture by the name a person wrote.

        Raises:
            UnreadableCell: there is none, it is too large, or it is no picture.
        """
        content = self._read(name)
        if content is None:
            raise UnreadableCell(
                Text(f"找不到照片：{name[:80]}", f"the picture is missing: {name[:80]}")
            )
        if len(content) > LARGEST_PICTURE:
            limit = LARGEST_PICTURE // 1024 // 1024
            raise UnreadableCell(
                Text(f"照片超过 {limit} MB：{name[:80]}", f"larger than {limit} MB: {name[:80]}")
            )
        _check(name, content)
        sha256 = hashlib.sha256(content).hexdigest()
        self.used[sha256] = (PurePosixPath(name).name, content)
        return sha256

    def _read(self, name: str) -> bytes | None:
        wanted = PurePosixPath(name.replace("\\", "/")).name
        if PurePosixPath(wanted).suffix.lower() not in _KINDS:
            matches = [wanted + suffix for suffix in sorted(_KINDS)]
        else:
            matches = [wanted]
        for one in matches:
            if one in self.packed:
                return self.packed[one]
            if self.folder is not None and (found := _in_folder(self.folder, one)) is not None:
                return found.read_bytes()
        return None


def _in_folder(folder: Path, name: str) -> Path | None:
    """Look in the form's folder and one below it, such as `photos`; never elsewhere."""
    for path in (folder / name, *sorted(folder.glob(f"*/{_literal(name)}"))[:1]):
        if path.is_file() and not path.is_symlink():
            return path
    return None


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _check(name: str, content: bytes) -> None:
    if content.startswith(b"%PDF-"):
        return
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as picture:
                width, height = picture.size
                if width * height > _LARGEST_PIXELS:
                    raise _no_picture(name)
                picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _no_picture(name) from error


def _no_picture(name: str) -> UnreadableCell:
    return UnreadableCell(
        Text(f"不是能读的图片或 PDF：{name[:80]}", f"no readable picture or PDF: {name[:80]}")
    )


def unpack(path: Path) -> tuple[dict[str, bytes], Beside]:
    """Give the forms of a file, by name, and what lies beside them; an archive may hold both.

    Raises:
        UsageError: it cannot be read, or holds no form.
    """
    try:
        if path.stat().st_size > 4 * LARGEST_BYTES:
            raise UsageError(Text(f"文件太大：{path}", f"the file is too large: {path}"))
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror
        raise UsageError(
            Text(f"读不了：{path}（{why}）", f"cannot read: {path} ({why})")
        ) from error
    packed = _archive(path, content) if content[:4] == b"PK\x03\x04" else None
    if packed is None:
        return {path.name: content}, Beside(folder=path.parent)
    forms = {n: c for n, c in packed.items() if n.lower().endswith((".xlsx", ".xlsm", ".csv"))}
    if not forms:
        raise UsageError(Text(f"压缩包里没有表：{path}", f"no form in the archive: {path}"))
    return forms, Beside(packed=packed)


def _archive(path: Path, content: bytes) -> dict[str, bytes] | None:
    """Read an archive flat; None where it is a workbook itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if any(one.filename == "[Content_Types].xml" for one in entries):
                return None
            total = sum(one.file_size for one in entries)
            if len(entries) > _MOST_FILES or total > 8 * LARGEST_BYTES:
                raise UsageError(Text(f"压缩包太大：{path}", f"the archive is too large: {path}"))
            return {_entry_name(one): archive.read(one) for one in entries}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        message = Text(f"读不了这个压缩包：{path}", f"the archive cannot be read: {path}")
        raise UsageError(message) from error


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Name an entry; Windows packs Chinese names in GBK and does not say so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with contextlib.suppress(UnicodeEncodeError):
            name = decoded(name.encode("cp437")) or name
    return PurePosixPath(name.replace("\\", "/")).name
