"""The columns of a shipped template are read without compiling it: they are those it compiles to."""

from xunjian.parse.textfsm_form import compile_form, shipped_form
from xunjian.workspace import builtin_root


def test_columns_read_and_compiled_are_the_same() -> None:
    templates = sorted((builtin_root() / "templates" / "parse").rglob("*.textfsm"))
    assert templates
    for path in templates:
        source = path.read_text("utf-8")
        assert shipped_form(path.name, source) == compile_form(path.name, source)
