"""Pictures and papers beside a form: found by name, held to a size, kept as they are."""

import contextlib
import hashlib
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from xunjian.errors import UsageError
from xunjian.forms.cells import UnreadableCell
from xunjian.forms.grid import AGAIN, LARGEST_BYTES, decoded
from xunjian.language import Text

LARGEST_PICTURE = 30 * 1024 * 1024
_LARGEST_PIXELS = 60_000_000
_LARGEST_JPEG_PIXELS = 130_000_000  # of telephones; a JPEG is decoded smaller, others whole
# The formats of `_KINDS` alone: Pillow would hand an EPS by that name to Ghostscript
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
_KINDS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".pdf"}
_MOST_FILES = 500
_FORMS = (".xlsx", ".xlsm", ".csv")
_OTHER_TABLES = (".xls", ".et", ".ods", ".xlsb", ".numbers")
_OF_TELEPHONES = (".heic", ".heif", ".hif", ".avif")
_LOCKS = ("._", "~$", ".~", ".ds_store", "thumbs.db", "desktop.ini")  # what programs leave beside
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"  # OpenDocument 1.3 part 2, 3.3


@dataclass(slots=True)
class Beside:
    """What lies beside a form: in its folder, or in the archive it came in.

    packed: name, as `_alike` gives it -> bytes of an archive. unclear: names that several files
    of it have. used: sha256 -> (name, bytes) of what forms refer to.
    """

    folder: Path | None = None
    packed: Mapping[str, bytes] = field(default_factory=dict)
    unclear: Collection[str] = ()
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
        return self.keep(PurePosixPath(name).name, content)

    def keep(self, name: str, content: bytes) -> str:
        """Take a picture in by its content, and give its hash.

        Raises:
            UnreadableCell: it is too large, or it is no picture.
        """
        if len(content) > LARGEST_PICTURE:
            limit = LARGEST_PICTURE // 1024 // 1024
            raise UnreadableCell(
                Text(f"照片超过 {limit} MB：{name[:80]}", f"larger than {limit} MB: {name[:80]}")
            )
        _check(name, content)
        sha256 = hashlib.sha256(content).hexdigest()
        self.used[sha256] = (name, content)
        return sha256

    def left(self) -> list[Text]:
        """Say which files of an archive no form refers to."""
        used = {content for _, content in self.used.values()}
        return [
            Text(f"压缩包里的 {name} 没有表提到，未收", f"{name} of the archive: no form names it")
            for name, content in sorted(self.packed.items())
            if content not in used and not name.endswith(_FORMS)
        ]

    def _read(self, name: str) -> bytes | None:
        wanted = PurePosixPath(name.replace("\\", "/")).name
        suffix = PurePosixPath(wanted).suffix.lower()
        if suffix in _OF_TELEPHONES:
            raise _heic(wanted)
        for kind in ("",) if suffix in _KINDS else sorted(_KINDS):
            if (found := self._named(wanted + kind)) is not None:
                return found
        if suffix not in _KINDS and any(self._named(wanted + kind) for kind in _OF_TELEPHONES):
            raise _heic(wanted)
        return None

    def _named(self, name: str) -> bytes | None:
        if _alike(name) in self.unclear:
            raise _unclear(name)
        if _alike(name) in self.packed:
            return self.packed[_alike(name)]
        return _in_folder(self.folder, name) if self.folder is not None else None


def _heic(name: str) -> UnreadableCell:
    return UnreadableCell(
        Text(
            f"HEIC 照片请转成 JPEG（手机相机设“兼容性最佳”）：{name[:80]}",
            f"a HEIC picture, send it as JPEG: {name[:80]}",
        )
    )


def _alike(name: str) -> str:
    """Names are the same to people, to telephones and to Windows however they are written."""
    return unicodedata.normalize("NFKC", name).casefold()


def _unclear(name: str) -> UnreadableCell:
    return UnreadableCell(
        Text(f"有几个同名文件：{name[:80]}", f"several files have this name: {name[:80]}")
    )


def _in_folder(folder: Path, name: str) -> bytes | None:
    """Look in the form's folder, then one below it, such as `photos`; never elsewhere.

    Raises:
        UnreadableCell: several files there have the name, and differ.
    """
    found: list[bytes] = []
    with contextlib.suppress(OSError, ValueError):  # a name that no file can have
        inside = folder.resolve()
        for pattern in ("*", "*/*"):
            for path in sorted(folder.glob(pattern)):
                if _alike(path.name) != _alike(name) or path.is_symlink():
                    continue
                if path.resolve().is_relative_to(inside) and path.is_file():
                    with path.open("rb") as stream:  # one byte more shows that it is too large
                        found.append(stream.read(LARGEST_PICTURE + 1))
            if found:
                break
    if len(set(found)) > 1:
        raise _unclear(name)
    return found[0] if found else None


def _check(name: str, content: bytes) -> None:
    if content.startswith(b"%PDF-"):
        return
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                pixels = picture.size[0] * picture.size[1]
                is_jpeg = picture.format in {"JPEG", "MPO"}
                picture.verify()
    except Exception as error:  # Pillow raises whatever a damaged file makes its parsers raise
        raise _no_picture(name) from error
    most = _LARGEST_JPEG_PIXELS if is_jpeg else _LARGEST_PIXELS
    if pixels > most:
        zh, en = (
            f"照片超过 {most // 1_000_000} 百万像素",
            f"more than {most // 1_000_000} megapixels",
        )
        raise UnreadableCell(Text(f"{zh}：{name[:80]}", f"{en}: {name[:80]}"))


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
    forms = {n: c for n, c in packed.items() if n.lower().endswith(_FORMS)}
    if packed.get("mimetype", b"").startswith(_OPEN_DOCUMENT):
        raise UsageError(
            Text(f"这是 .ods 文件：{path}", f"this is an .ods file: {path}"),
            Text("在表格软件里另存为 .xlsx", "save it as .xlsx"),
        )
    others = [name for name in packed if name.lower().endswith(_OTHER_TABLES)]
    if others:
        listed = "、".join(others)[:200]
        raise UsageError(
            Text(f"压缩包里的表不是 .xlsx：{listed}", f"no .xlsx in the archive: {listed}"),
            Text("在表格软件里另存为 .xlsx，再打包", "save it as .xlsx and pack it again"),
        )
    if not forms:
        raise UsageError(
            Text(f"压缩包里没有表：{path}", f"no form in the archive: {path}"),
            Text("放入填好的 .xlsx 或 .csv", "pack a filled .xlsx or .csv"),
        )
    flat: dict[str, bytes] = {}
    unclear = set[str]()
    for full, held in packed.items():
        name = _alike(PurePosixPath(full).name)
        if flat.setdefault(name, held) != held:
            unclear.add(name)
    return forms, Beside(packed=flat, unclear=frozenset(unclear))


def _archive(path: Path, content: bytes) -> dict[str, bytes] | None:
    """Read an archive, by the names in it; None where it is a workbook itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not _is_beside_the_point(one)]
            if any(one.filename == "[Content_Types].xml" for one in entries):
                return None
            total = sum(one.file_size for one in entries)
            is_small = len(entries) <= _MOST_FILES and total <= 8 * LARGEST_BYTES
            found = _entries(archive, entries) if is_small else {}
    except Exception as error:  # zipfile raises whatever a damaged archive makes it raise
        message = Text(
            f"读不了，不是完整的文件：{path}", f"cannot be read, it is not whole: {path}"
        )
        raise UsageError(message, AGAIN) from error
    if not is_small:
        raise UsageError(Text(f"压缩包太大：{path}", f"the archive is too large: {path}"))
    return found


def _is_beside_the_point(entry: zipfile.ZipInfo) -> bool:
    """Whether it is a folder, or what macOS, Windows and office programs put beside files."""
    return entry.is_dir() or PurePosixPath(entry.filename).name.lower().startswith(_LOCKS)


def _entries(archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Read all, each under its own name: no file hides another of the same name."""
    found: dict[str, bytes] = {}
    for number, entry in enumerate(entries):
        name = _entry_name(entry)
        while name in found:
            name = f"{number}/{name}"
        found[name] = archive.read(entry)
    return found


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Name an entry; Windows packs Chinese names in GBK and does not say so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with contextlib.suppress(UnicodeEncodeError):
            name = decoded(name.encode("cp437")) or name
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in {"/", ".."}) or "_"
