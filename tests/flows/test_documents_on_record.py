"""A replay that is accepted, and documents on record that nothing else takes the place of."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import Said, call

RUN = ("run", "daily", "-l", "hz-ups2")
STRICT = "battery.runtime: {warning: 9001, critical: 9000}\n"
FORMATS = ("--format", "json,html,xlsx")


def strict(workspace: Path) -> None:
    """Change the contract's limits so that yesterday's batteries are too weak."""
    limits = workspace / "playbooks" / "thresholds.yml"
    limits.parent.mkdir(exist_ok=True)
    limits.write_text(STRICT, "utf-8")


def report(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "report.json").read_text("utf-8")))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def versions(workspace: Path, run_id: str) -> list[dict[str, Any]]:
    said = call("report", "versions", run_id, "-w", workspace, "--format", "json")
    return list(said.json["versions"])


@pytest.fixture
def made(own: Path, tmp_path: Path) -> tuple[Path, Path, str]:
    """A workspace, the folder of a run's documents, the run's id."""
    out = tmp_path / "out"
    assert call(*RUN, "-w", own, "-o", out, *FORMATS).code == 0
    return own, out, report(out)["run_id"]


def test_a_replay_never_takes_the_place_of_documents_on_record(
    made: tuple[Path, Path, str],
) -> None:
    own, out, run_id = made
    before = files(out)
    strict(own)
    again = call("replay", run_id, "-w", own, "-o", out, *FORMATS)
    assert again.code == 1, again.err
    assert "不覆盖" in again.err
    assert files(out) == before
    assert report(out / "replay")["totals"]["abnormal"] == 1
    assert call("verify", "-w", own).code == 0
    assert call("replay", run_id, "-w", own, "-o", out / "replay", *FORMATS).code == 1
    assert len(versions(own, run_id)) == 1
    assert not (out / "replay" / "replay").exists(), "a draft takes the place of a draft"


def test_an_accepted_replay_is_the_next_version_and_the_one_before_is_kept(
    made: tuple[Path, Path, str], tmp_path: Path
) -> None:
    own, out, run_id = made
    before = files(out)
    calm = call("replay", run_id, "-w", own, "--accept", "--by", "张三", "-o", out)
    assert calm.code == 0, calm.err
    assert "不变" in calm.err
    assert (files(out), len(versions(own, run_id))) == (before, 1)

    strict(own)
    words = ("--accept", "--by", "张三", "--reason", "合同改为 150 小时")
    again = call("replay", run_id, "-w", own, *words, "-o", out, *FORMATS)
    assert again.code == 1, again.err
    assert "1 项判定改变" in again.err
    assert f"{run_id} v1" in again.err, "what lay there is said to be kept"
    now = report(out)
    (bad,) = [one for one in now["findings"] if one["verdict"] == "abnormal"]
    assert (bad["check"], now["exit_code"], now["number"]) == (
        "battery.runtime", 1, json.loads(before["report.json"])["number"],
    )  # fmt: skip
    limits = [one for one in now["content"] if one["file"].endswith("thresholds.yml")]
    assert [one["layer"] for one in limits] == ["workspace"], "what judged is named"
    first, second = versions(own, run_id)
    assert (first["version"], second["version"]) == (1, 2)
    assert first["at"].endswith("+08:00"), "times as in the documents"
    assert "合同改为 150 小时" in second["what"]
    assert "异常 0→1" in second["what"]
    assert "张三" in (out / "report.html").read_text("utf-8")

    listed = call("list", "findings", "--run", run_id, "-w", own, "--format", "json")
    verdicts = {row["check"]: row["verdict"] for row in listed.json["findings"]}
    assert verdicts["battery.runtime"] == "abnormal"
    assert call("verify", "-w", own).code == 0
    old = tmp_path / "first"
    call("report", "versions", run_id, "--version", 1, "-w", own, "-o", old)
    assert {p.read_bytes() for p in old.iterdir()} == set(before.values())
    assert call("report", "run", run_id, "-w", own, "-o", tmp_path / "later").code == 0
    assert len(versions(own, run_id)) == 2, "what was accepted is what the run says"
    assert report(tmp_path / "later")["totals"] == now["totals"]
    bundle = tmp_path / "bundle.zip"
    call("report", "bundle", run_id, "-w", own, "-o", bundle)
    assert call("verify", bundle).code == 0


def test_who_accepted_stays_in_the_journal_where_verify_looks(
    made: tuple[Path, Path, str],
) -> None:
    from sqlalchemy import text

    from xunjian.run.content import Content

    own, out, run_id = made
    strict(own)
    root = report(out)["evidence"]["root_hash"]
    assert call("replay", run_id, "-w", own, "--accept", "--by", "张三", "-o", out).code == 1
    content = Content(own)
    (told,) = content.store.journal.rejudgements(run_id)
    assert (told.by, told.root_before) == ("张三", root)
    assert [line.split(" ", 1)[1] for line in told.changed] == ["normal→abnormal"]
    with content.store._database.writing() as connection:
        connection.execute(text("update calendar_journal set body = replace(body, '张三', '李四')"))
    content.store.close()
    heard = call("verify", "-w", own)
    assert (heard.code, "链条不符" in heard.out) == (1, True)


def test_killed_before_its_documents_the_next_report_says_who_accepted(
    made: tuple[Path, Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xunjian.cli import rejudging

    own, _, run_id = made
    strict(own)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rejudging, "write_documents", killed)
        words = ("--accept", "--by", "张三", "--reason", "新合同")
        assert call("replay", run_id, "-w", own, *words).code == 130
    assert len(versions(own, run_id)) == 1
    assert call("report", "run", run_id, "-w", own, "-o", tmp_path / "o", *FORMATS).code == 0
    assert "新合同" in versions(own, run_id)[1]["what"]
    assert "张三" in (tmp_path / "o" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [("--accept",), ("--by", "张三"), ("--accept", "--by", " "), ("--reason", "x")],
)
def test_accepting_needs_a_person(words: tuple[str, ...], own: Path) -> None:
    heard = call("replay", "latest", "-w", own, *words)
    assert heard.code == 2
    assert "--by" in heard.err


def test_a_folder_from_elsewhere_is_not_changed(own: Path) -> None:
    heard = call("replay", own, "--accept", "--by", "张三")
    assert (heard.code, "本工作区" in heard.err) == (2, True)


def test_two_runs_into_one_folder_keep_both_and_say_so(
    made: tuple[Path, Path, str], tmp_path: Path
) -> None:
    own, out, run_id = made
    before = files(out)
    second: Said = call(*RUN, "-w", own, "-o", out, "--format", "json,html")
    assert second.code == 0, second.err
    assert report(out)["run_id"] != run_id
    assert f"{run_id} v1 的 report.html, report.json 已换成" in second.err
    assert f"{run_id} v1 的 report.xlsx 还在那里" in second.err
    assert call("verify", "-w", own).code == 0
    old = tmp_path / "first"
    call("report", "versions", run_id, "--version", 1, "-w", own, "-o", old)
    assert {p.read_bytes() for p in old.iterdir()} == set(before.values())
    (out / "report.html").write_text("forged", "utf-8")
    assert call("verify", "-w", own).code == 1


def test_forms_and_bundles_are_not_written_over_a_document(
    made: tuple[Path, Path, str], tmp_path: Path
) -> None:
    own, out, _ = made
    before = files(out)
    assert call("run", "pre_holiday", "-l", "hz-ups2", "-w", own, "-o", tmp_path / "b").code == 0
    occupied = tmp_path / "occupied"
    occupied.write_text("mine", "utf-8")
    for words in (("report", "bundle", "latest"), ("forms", "export", "latest")):
        heard = call(*words, "-w", own, "-o", out / "report.xlsx")
        assert (heard.code, "存档的文档" in heard.err) == (2, True), heard
        heard = call(*words, "-w", own, "-o", occupied / "x")
        assert (heard.code, "写不了" in heard.err) == (2, True), heard
        assert call(*words, "-w", own, "-o", tmp_path / words[0]).code == 0
    assert files(out) == before
    assert not list(tmp_path.glob(".*.*"))
