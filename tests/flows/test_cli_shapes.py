"""The JSON shapes that others rely on: every key is pinned; keys are only ever added."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from xunjian.lab import LabHandle

VERDICTS = {"normal", "warning", "abnormal", "not_applicable", "not_checked", "unknown", "waived"}
REPORT = {
    "schema", "run_id", "number", "playbook", "occasion", "state", "started_at", "ended_at",
    "exit_code", "totals", "coverage", "devices", "findings", "left_out", "causes", "changes",
    "manual", "leftovers", "content", "evidence",
}  # fmt: skip
TOTALS = {"planned", "outcomes", "left_out", "devices", "reached", *VERDICTS}
DEVICE = {
    "name", "label", "kind", "platform", "site", "room", "reached", "reason", "verdicts",
}  # fmt: skip
FINDING = {
    "id", "check", "device", "subject", "verdict", "value", "unit", "standard", "level",
    "message", "advice", "evidence_ids",
}  # fmt: skip
FAN = """\
 Slot  FanID   Online    Status    Speed     Mode     Airflow
 -------------------------------------------------------------
 0     1       Present   Normal    35%       Auto     Side-to-Back
 0     2       Present   Abnormal  0%        Auto     Side-to-Back
"""
NOT_YET = ("causes",)  # what an issue has not yet brought is empty
LEFTOVER = {"id", "device", "check", "first_number", "first_seen_at", "rounds", "state"}


@pytest.fixture(scope="module")
def report(lab: LabHandle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("out")
    faulty = lab.plant("device-dead", "ups-on-battery")
    run = ("run", "pre_holiday", "-w", faulty.directory, "-o", out, "--format", "json")
    heard = call(*run, "-l", "hz-acc-sw7,ups,hz-sipterm1")
    assert heard.code == 1, heard.err
    return dict(json.loads((out / "report.json").read_text("utf-8")))


def test_the_report_has_every_key(report: dict[str, Any]) -> None:
    assert set(report) >= REPORT
    assert report["schema"] == "xunjian.run/1"
    assert set(report["totals"]) == TOTALS
    assert report["evidence"]["root_hash"]
    assert all(set(device) >= DEVICE for device in report["devices"])
    assert all(set(finding) >= FINDING for finding in report["findings"])
    assert all(set(left) >= {"device", "task", "reason"} for left in report["left_out"])
    assert report["left_out"]
    assert all(report[key] in ([], None) for key in NOT_YET)
    assert all(isinstance(report[key], list) for key in ("changes", "manual"))
    assert all(set(left) >= LEFTOVER for left in report["leftovers"])
    assert all(
        set(used) >= {"file", "layer", "sha256"} and len(used["sha256"]) == 64
        for used in report["content"]
    )


def test_the_figures_agree(report: dict[str, Any]) -> None:
    totals = report["totals"]
    assert totals["planned"] == totals["outcomes"] + totals["left_out"]
    assert totals["devices"] == len(report["devices"]) == 5
    assert totals["reached"] == sum(device["reached"] for device in report["devices"]) == 4
    assert totals["left_out"] == len(report["left_out"])
    for verdict in VERDICTS:
        found = [f for f in report["findings"] if f["verdict"] == verdict]
        assert totals[verdict] == len(found)
        counted = sum(device["verdicts"].get(verdict, 0) for device in report["devices"])
        assert counted == len(found)
    assert len({finding["id"] for finding in report["findings"]}) == len(report["findings"])
    assert all(f["evidence_ids"] for f in report["findings"] if f["verdict"] == "normal")


def test_times_carry_their_zone(report: dict[str, Any]) -> None:
    for key in ("started_at", "ended_at"):
        assert report[key][-6] in "+-"


def test_a_dead_device_is_a_finding_of_reachability(report: dict[str, Any]) -> None:
    dead = {(f["check"], f["verdict"]) for f in report["findings"] if f["device"] == "hz-acc-sw7"}
    assert ("reachability.answers", "abnormal") in dead
    (device,) = [d for d in report["devices"] if d["name"] == "hz-acc-sw7"]
    assert (device["reached"], device["reason"]) == (False, "no_answer")


def test_list_runs(lab: LabHandle, report: dict[str, Any]) -> None:
    runs = call("list", "runs", "-w", lab.directory, "--format", "json").json["runs"]
    keys = {"run_id", "playbook", "started_at", "state", "outcomes"}
    assert all(set(run) >= keys for run in runs)
    assert [run["started_at"] for run in runs] == sorted(
        (run["started_at"] for run in runs), reverse=True
    )
    (mine,) = [run for run in runs if run["run_id"] == report["run_id"]]
    assert mine["state"] == report["state"] == "awaiting_manual"  # its forms are still blank
    assert mine["outcomes"] == report["totals"]["outcomes"]


@pytest.mark.parametrize(
    "words",
    [
        *(
            f"list {what}"
            for what in ("hosts", "playbooks", "tasks", "checks", "platforms", "runs")
        ),
        *("list findings", "list content", "config", "lab faults", "baseline history -l switch"),
        *("report versions {run}", "report fields"),
    ],
)
def test_the_columns_of_a_table_are_named_in_chinese(
    lab: LabHandle, report: dict[str, Any], words: str
) -> None:
    place = () if words == "lab faults" else ("-w", lab.directory)
    table = call(*words.replace("{run}", report["run_id"]).split(), *place)
    assert table.code in {0, 3}, table.err  # 3: not every switch has a baseline
    heads = table.out.splitlines()[0].split("  ")
    assert [head for head in heads if head and not re.search("[一-鿿]", head)] == []


def test_states_of_runs_are_words_for_people(lab: LabHandle, report: dict[str, Any]) -> None:
    (mine,) = [
        line
        for line in call("list", "runs", "-w", lab.directory).out.splitlines()
        if line.startswith(report["run_id"])
    ]
    assert " 待人工项 " in mine
    assert "awaiting_manual" not in mine


def test_list_findings_of_a_run(lab: LabHandle, report: dict[str, Any]) -> None:
    words = ("list", "findings", "--run", report["run_id"], "-w", lab.directory)
    found = call(*words, "--format", "json").json["findings"]
    assert {row["id"] for row in found} == {f["id"] for f in report["findings"]}
    assert {row["verdict"] for row in found} == {f["verdict"] for f in report["findings"]}
    table = call(*words).out  # people read words, programs codes
    assert " 异常 " in table
    assert not {"abnormal", "not_applicable"} & set(table.split())


def test_lab_faults() -> None:
    faults = call("lab", "faults", "--format", "json").json
    assert len(faults) == 27
    for fault in faults:
        assert set(fault) == {"name", "device", "expect"}
        assert set(fault["expect"]) == {"check", "verdict"}
        assert fault["expect"]["verdict"] in VERDICTS


def test_parse(tmp_path: Path) -> None:
    saved = tmp_path / "fan.txt"
    saved.write_text(FAN, "utf-8")
    words = ("parse", "--platform", "huawei_vrp", "--command", "display fan", saved)
    parsed = call(*words).json
    assert set(parsed) == {
        "platform", "command", "parser", "completeness", "facts", "unmatched",
    }  # fmt: skip
    assert parsed["completeness"] in {"proven", "unproven"}
    assert parsed["facts"]["Fan"]
    ntc = tmp_path / "arp.txt"
    ntc.write_text(
        "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
        "Internet  192.0.2.7               4   0011.2233.4455  ARPA   Vlan10\n",
        "utf-8",
    )
    heard = call("parse", "--platform", "cisco_ios", "--command", "show ip arp", ntc)
    assert heard.code == 0
    assert set(heard.json) == {
        "platform", "command", "parser", "completeness", "rows", "unmatched",
    }  # fmt: skip
    assert "ntc" in heard.json["parser"]


@pytest.mark.parametrize(
    "what", ["hosts", "playbooks", "tasks", "checks", "platforms", "runs", "findings", "content"]
)
def test_every_listing_is_one_json_document(lab: LabHandle, what: str) -> None:
    heard = call("list", what, "-w", lab.directory, "--format", "json")
    assert heard.code == 0
    assert set(heard.json) == {what}
    assert heard.json[what]
    assert heard.err == ""
