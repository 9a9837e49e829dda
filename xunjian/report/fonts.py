"""Which fonts a printed document uses: the workspace's, else the system's, else the wheel's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xunjian.errors import UsageError
from xunjian.language import Text

# faces for text and for heads with Chinese in them, by custom of Chinese documents: 宋体, 黑体
SERIF = (
    "SimSun", "NSimSun", "FangSong", "FangSong_GB2312", "STSong", "STFangsong", "Songti SC",
    "Source Han Serif SC", "Source Han Serif CN", "Noto Serif CJK SC", "Noto Serif SC",
)  # fmt: skip
SANS = (
    "SimHei", "Microsoft YaHei", "STHeiti", "Heiti SC", "PingFang SC", "Source Han Sans SC",
    "Source Han Sans CN", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)  # fmt: skip
MONO = ("DejaVu Sans Mono",)  # comes with typst
_SUFFIXES = (".otf", ".ttf", ".ttc", ".otc")


@dataclass(frozen=True, slots=True, kw_only=True)
class FontChoice:
    """Families for text, heads and code, first choice first, and the folders they are read from."""

    serif: tuple[str, ...]
    sans: tuple[str, ...]
    mono: tuple[str, ...]
    folders: tuple[Path, ...]
    uses_system: bool


def choose_fonts(folder: Path | None, *, use_system: bool = True) -> FontChoice:
    """Choose the fonts.

    Args:
        folder: the workspace's `fonts/`; every family in it is preferred to all others.
        use_system: whether the fonts installed on this machine may be used.

    Raises:
        UsageError: no font with Chinese characters is found anywhere.
    """
    own = _own_families(folder)
    wheel = _wheel_folder()
    serif = _known(own, SERIF) or _unknown(own)
    sans = _known(own, SANS) or _unknown(own)
    folders = tuple(place for place in (folder if own else None, wheel) if place)
    if serif and sans:
        return _choice(serif, sans, folders, uses_system=False)
    system = _families((), use_system=True) if use_system else frozenset()
    bundled = _families((wheel,), use_system=False) if wheel else frozenset()
    serif = (*serif, *_known(system, SERIF), *_known(bundled, SERIF))
    sans = (*sans, *_known(system, SANS), *_known(bundled, SANS))
    if not (serif or sans):
        raise _no_font(folder)
    return _choice(serif or sans, sans or serif, folders, uses_system=use_system)


def _choice(
    serif: Sequence[str], sans: Sequence[str], folders: tuple[Path, ...], *, uses_system: bool
) -> FontChoice:
    return FontChoice(
        serif=tuple(dict.fromkeys(serif)),
        sans=tuple(dict.fromkeys(sans)),
        mono=tuple(dict.fromkeys((*MONO, *sans))),
        folders=folders,
        uses_system=uses_system,
    )


def _own_families(folder: Path | None) -> frozenset[str]:
    if folder is None or not folder.is_dir():
        return frozenset()
    if not any(path.suffix.lower() in _SUFFIXES for path in folder.rglob("*")):
        return frozenset()
    return _families((folder,), use_system=False)


def _families(folders: Sequence[Path], *, use_system: bool) -> frozenset[str]:
    from typst import Fonts

    fonts = Fonts(
        include_system_fonts=use_system,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
    return frozenset(fonts.families())


def _wheel_folder() -> Path | None:
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:
        return None
    return sans_path().parent if sans_path().is_file() else None


def _known(families: frozenset[str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in families)


def _unknown(families: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(families - {*SERIF, *SANS}))


def _no_font(folder: Path | None) -> UsageError:
    where = folder or Path("fonts")
    return UsageError(
        Text("PDF 没有可用的中文字体", "no font with Chinese characters for the PDF"),
        Text(
            f"把中文字体（.otf 或 .ttf）放进 {where}，或安装 pylopdf-fonts-zh-cn",
            f"put a Chinese font (.otf or .ttf) into {where}, or install pylopdf-fonts-zh-cn",
        ),
    )
