"""From raw bytes to text: a pure function, so that a replay reads what the run read."""

import re
from dataclasses import replace

import pytest

from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.transport.clean import clean
from xunjian.transport.decode import decode
from xunjian.transport.redact import Redactor

PLATFORM = Platform(
    name="x",
    title=Text("x"),
    pager=re.compile(r"---- More ----"),
    noise=re.compile(r"^\w{3} +\d+ \d{4} .*%%\d{2}.*$", re.MULTILINE),
)

CASES: tuple[tuple[str, bytes, str], ...] = (
    ("plain", b"display x\r\na\r\n b\r\n<S>", "a\n b"),
    ("no echo", b"a\r\nb\r\n<S>", "a\nb"),
    ("no prompt", b"display x\r\na\r\nb", "a\nb"),
    ("echo after the prompt", b"<S>display x\r\na\r\n<S>", "a"),
    ("wrapped echo", b"displ\r\nay x\r\na\r\n<S>", "a"),
    ("wrap by blank and backspace", b"displ \x08ay x\r\na\r\n<S>", "a"),
    ("answer begins like the command", b"display x is up\r\n<S>", "display x is up"),
    ("double return", b"display x\r\r\na\r\r\nb\r\r\n<S>", "a\nb"),
    ("nul and bell", b"display x\r\n\x00a\x07\r\n<S>", "a"),
    ("colours", b"display x\r\n\x1b[1;31mred\x1b[0m on\r\n<S>", "red on"),
    ("cursor left", b"display x\r\n \x1b[1Da: \x1b[1Db\r\n<S>", "a:b"),
    ("backspaces", b"display x\r\n----\x08\x08\x08\x08ab  \r\n<S>", "ab"),
    ("carriage return", b"display x\r\n100%\r 20%\r\n<S>", " 20%"),
    ("erase line", b"display x\r\nold\r\x1b[Knew\r\n<S>", "new"),
    ("pager", b"display x\r\na\r\n  ---- More ----\x1b[16D" + b" " * 16 + b"\x1b[16D   b\r\n<S>", "a\n   b"),
    ("pager wiped by return", b"display x\r\na\r\n---- More ----\r" + b" " * 14 + b"\r b\r\n<S>", "a\n b"),
    ("pager and a new line", b"display x\r\na\r\n---- More ----\r\n b\r\n<S>", "a\n b"),
    ("log line", b"display x\r\na\r\nNov 21 2026 10:00 S %%01X/4/Y: z\r\nb\r\n<S>", "a\nb"),
    ("prompt twice", b"display x\r\na\r\n<S>\r\n<S>", "a"),
    ("prompt inside", b"display x\r\n<S>\r\na\r\n<S>", "<S>\na"),
    ("nothing", b"display x\r\n<S>", ""),
    ("indentation of the first line", b"display x\r\n  a\r\n<S>", "  a"),
)  # fmt: skip


@pytest.mark.parametrize(("raw", "text"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_clean(raw: bytes, text: str) -> None:
    assert clean(raw, "display x", PLATFORM, "<S>").text == text
    assert clean(raw, "display x", PLATFORM, "<S>") == clean(raw, "display x", PLATFORM, "<S>")


def test_log_lines_stay_where_they_are_the_answer() -> None:
    line = "Nov 21 2026 10:00 S %%01X/4/Y: z"
    raw = f"display log\r\n{line}\r\n<S>".encode()
    asked_for = replace(PLATFORM, log_commands=re.compile("^display log"))
    assert clean(raw, "display log", PLATFORM, "<S>").text == ""
    assert clean(raw, "display log", asked_for, "<S>").text == line


def test_captured_text_without_echo_and_prompt_stays_as_it_is() -> None:
    text = "Slot  State\n  1   Normal\n\n  2   Abnormal"
    assert clean(text.encode(), "display fan", PLATFORM).text == text


@pytest.mark.parametrize(
    ("raw", "decoded_as"),
    [
        ("水利".encode(), "utf-8"),
        ("水利".encode("gb18030"), "gb18030"),
        ("水利".encode("gb18030") + b"\xff\xff\n", "gb18030-lossy"),
        (b"", "utf-8"),
    ],
)
def test_decode_says_how(raw: bytes, decoded_as: str) -> None:
    assert decode(raw).decoded_as == decoded_as


@pytest.mark.parametrize(
    ("secret", "raw", "kept"),
    [
        ("Canary-7781", b"x=Canary-7781;", b"x=******;"),
        (
            "水利口令八个字呢",
            "口令水利口令八个字呢".encode("gb18030"),
            "口令".encode("gb18030") + b"******",
        ),
        ("admin", b"admin administrator", b"****** administrator"),
        ("abc", b"abc", b"abc"),
    ],
)
def test_redactor(secret: str, raw: bytes, kept: bytes) -> None:
    redactor = Redactor()
    redactor.hide(secret)
    assert redactor.clean(raw) == kept
