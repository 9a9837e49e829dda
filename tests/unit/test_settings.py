import os
from datetime import date
from pathlib import Path

import pytest

from xunjian.errors import ContentError, UsageError
from xunjian.language import Language
from xunjian.settings import load_settings
from xunjian.workspace import Workspace

RECIPIENT = "age1" + "q" * 58


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("XUNJIAN_")]:
        monkeypatch.delenv(name)


def workspace(root: Path, text: str | None = None) -> Workspace:
    if text is not None:
        (root / "xunjian.yml").write_text(text, "utf-8")
    return Workspace(root=root, builtin=root, state_dir=root / ".xunjian")


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings(workspace(tmp_path))
    assert settings.language is Language.ZH
    assert (settings.fail_on, settings.min_coverage, settings.forks) == ("abnormal", 0.0, None)
    assert not settings.plugins
    assert {setting.source for _, setting in settings.listed()} == {"default"}


def test_an_empty_file_is_no_mistake(tmp_path: Path) -> None:
    assert load_settings(workspace(tmp_path, "# nothing yet\n")).fail_on == "abnormal"


def test_command_line_before_environment_before_file_before_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = workspace(tmp_path, "forks: 5\nper_site: 2\nfail_on: I\nlanguage: en\n")
    monkeypatch.setenv("XUNJIAN_FORKS", "7")
    monkeypatch.setenv("XUNJIAN_PER_SITE", "3")
    settings = load_settings(place, {"forks": 9, "fail_on": None})
    assert (settings.forks, settings.per_site, settings.fail_on) == (9, 3, "I")
    assert settings.sources["forks"] == "command line"
    assert settings.sources["per_site"] == "XUNJIAN_PER_SITE"
    assert settings.sources["fail_on"] == "xunjian.yml:3"
    assert settings.sources["min_coverage"] == "default"


def test_everything_can_be_said_in_the_file(tmp_path: Path) -> None:
    text = (
        "min_coverage: 95\nformat: [html, docx]\nplugins: true\n"
        f"recipient: {RECIPIENT}\nretention_days: 365\n"
        "contract: {name: 运维, profile: e3, starts: 2026-01-01, ends: 2028-12-31}\n"
    )
    settings = load_settings(workspace(tmp_path, text))
    assert settings.min_coverage == 95.0
    assert settings.format == ("html", "docx")
    assert settings.plugins
    assert settings.recipient == RECIPIENT
    assert settings.retention_days == 365
    assert settings.contract_profile == "e3"
    assert (settings.contract_starts, settings.contract_ends) == (
        date(2026, 1, 1),
        date(2028, 12, 31),
    )
    assert dict(settings.listed())["contract.starts"].source == "xunjian.yml:6"


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("XUNJIAN_LANG", "en", "language", Language.EN),
        ("XUNJIAN_LANG", "en_US", "language", Language.EN),
        ("XUNJIAN_FORKS", "", "forks", None),
        ("XUNJIAN_FORMAT", "html, md", "format", ("html", "md")),
        ("XUNJIAN_MIN_COVERAGE", "99.5%", "min_coverage", 99.5),
        ("XUNJIAN_FAIL_ON", "warning", "fail_on", "warning"),
        ("XUNJIAN_CONTRACT_STARTS", "2026-03-01", "contract_starts", date(2026, 3, 1)),
    ],
)
def test_variables_are_read_as_what_they_set(  # noqa: PLR0917  one row of the table each
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    text: str,
    field: str,
    value: object,
) -> None:
    monkeypatch.setenv(variable, text)
    settings = load_settings(workspace(tmp_path))
    assert getattr(settings, field) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("XUNJIAN_FORKS", "many"),
        ("XUNJIAN_FORKS", "0"),
        ("XUNJIAN_MIN_COVERAGE", "101"),
        ("XUNJIAN_FORMAT", "html,htm"),
        ("XUNJIAN_FAIL_ON", "warn"),
        ("XUNJIAN_FORK", "3"),
    ],
)
def test_an_impossible_variable_is_a_usage_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(UsageError, match=variable):
        load_settings(workspace(tmp_path))


def test_an_option_with_an_impossible_value_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--fail-on"):
        load_settings(workspace(tmp_path), {"fail_on": "abnormall"})


def test_the_environment_cannot_allow_plugins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNJIAN_PLUGINS", "true")
    assert not load_settings(workspace(tmp_path)).plugins


def test_other_variables_of_the_prefix_are_nobodys_business(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_settings(workspace(tmp_path))
    monkeypatch.setenv("XUNJIAN_CORE_SWITCH_PASSWORD", "x")
    assert load_settings(workspace(tmp_path)) == before


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("fork: 3\n", "fork"),
        ("forks: 0\n", "forks"),
        ("plugins: yes\n", "plugins"),
        ("recipient: age1short\n", "recipient"),
        ("contract: {starts: May}\n", "contract.starts"),
        ("contract: {start: 2026-01-01}\n", "contract.start"),
    ],
)
def test_a_mistake_in_the_file_is_a_content_error(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ContentError) as caught:
        load_settings(workspace(tmp_path, text))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == ("xunjian.yml", 1, key)


def test_a_private_key_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        load_settings(workspace(tmp_path, "recipient: AGE-SECRET-KEY-1QQQQ\n"))
    assert "QQQQ" not in caught.value.problems[0].to(Language.EN)


def test_what_documents_say_comes_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    text = (
        "document:\n  project: 会商系统\n  secrecy: 内部\n  logo: logo.png\n  prefix: SL\n"
        "  number: '{prefix}-{yyyy}-{kind}-{seq:04d}'\n  record_sheets: abnormal\n"
        "  people: [{name: 王工, role: {zh: 巡检, en: inspector}, phone: '0571'}]\n"
        "  signers: [巡检人, {zh: 甲方代表, en: for the customer}]\n  recipients: [水利局]\n"
    )
    settings = load_settings(workspace(tmp_path, text))
    assert (settings.document_project, settings.document_prefix) == ("会商系统", "SL")
    assert settings.document_signers[1].en == "for the customer"
    assert settings.document_people[0]["name"] == "王工"
    listed = dict(settings.listed())
    assert listed["document.people"].value == ("王工",)
    assert listed["document.signers"].value == ("巡检人", "甲方代表")
    assert listed["document.secrecy"].source == "xunjian.yml:3"
    assert listed["document.basis"].source == "default"


def test_due_days_are_given_by_level(tmp_path: Path) -> None:
    settings = load_settings(workspace(tmp_path, "document: {due_days: {I: 1, II: 3}}\n"))
    assert settings.document_due_days == {"I": 1, "II": 3}
    listed = dict(settings.listed())
    assert listed["document.due_days"].value == ("I: 1", "II: 3")
    for wrong in ("{V: 1}", "{I: -1}", "{I: soon}", "3"):
        with pytest.raises(ContentError):
            load_settings(workspace(tmp_path, f"document: {{due_days: {wrong}}}\n"))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("logo: none.png", "logo"),
        ("logo: ../outside.png", "logo"),
        ("logo: text.png", "logo"),
        ("number: no-sequence", "number"),
        ("number: '{seq:03d}/{x}'", "number"),
        ("prefix: a b", "prefix"),
        ("record_sheets: some", "record_sheets"),
        ("people: [{role: x}]", "people"),
        ("secret: x", "secret"),
    ],
)
def test_mistakes_of_documents_are_found_with_their_line(
    tmp_path: Path, line: str, key: str
) -> None:
    (tmp_path.parent / "outside.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "text.png").write_text("no picture", "utf-8")
    with pytest.raises(ContentError) as caught:
        load_settings(workspace(tmp_path, f"document:\n  project: x\n  {line}\n"))
    assert all(problem.line == 3 for problem in caught.value.problems)
    assert any(key in problem.key for problem in caught.value.problems)


def test_the_environment_may_name_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNJIAN_DOCUMENT_PROJECT", "省厅")
    settings = load_settings(workspace(tmp_path))
    assert settings.document_project == "省厅"
    assert settings.sources["document.project"] == "XUNJIAN_DOCUMENT_PROJECT"
