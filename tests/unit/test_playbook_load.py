import re
from pathlib import Path

import pytest
import yaml

from xunjian.errors import ContentError, UsageError
from xunjian.language import Language
from xunjian.playbook import Occasion, Playbook, find_playbook, list_playbooks, load_playbook
from xunjian.playbook.fields import PlaybookFields, ReportFields, RunFields
from xunjian.playbook.model import RunSettings
from xunjian.workspace import Workspace

ROOT = Path(__file__).parents[2]
TASKS = ("reachability", "identity", "optics")
WHOLE = """\
name: whole
title: {zh: 节前专项巡检, en: Pre-holiday inspection}
occasion: pre-holiday
hosts: switch,firewall
where: room.class == 'core'
tasks: [reachability, identity]
nornir: [pack.module.task, {path: pack.other, args: {getters: [facts]}}]
config: {backup: true, diff: baseline}
manual: [forms/machine_room.yml]
run: {workers: 5, per_site: 2, per_aaa: 3, jitter_s: 1.5, device_deadline_s: 30, deadline_s: 600.5, retries: 0}
report: {template: own, formats: [html, pdf, docx, html, xlsx], number: "XJ-{yyyymm}-JQ-{seq:03d}"}
notify: {on: [level_i, finished], to: [duty]}
change: true
"""


def workspace(root: Path, **files: str) -> Workspace:
    (root / "playbooks").mkdir(exist_ok=True)
    for name, text in files.items():
        (root / "playbooks" / f"{name}.yml").write_text(text, "utf-8")
    return Workspace(root=root, builtin=root, state_dir=root / ".xunjian")


def load(root: Path, text: str, name: str = "p") -> Playbook:
    place = workspace(root, **{name: text})
    return load_playbook(place.find(f"playbooks/{name}.yml"), task_names=TASKS)


def mistakes(root: Path, text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(root, text)
    return [p.to(Language.EN).removeprefix("playbooks/p.yml:") for p in caught.value.problems]


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    playbook = load(tmp_path, WHOLE, "whole")
    assert playbook.title.en == "Pre-holiday inspection"
    assert playbook.occasion is Occasion.PRE_HOLIDAY
    assert (playbook.hosts, playbook.where) == ("switch,firewall", "room.class == 'core'")
    assert playbook.tasks == ("reachability", "identity")
    assert [(t.path, t.args) for t in playbook.nornir] == [
        ("pack.module.task", {}),
        ("pack.other", {"getters": ["facts"]}),
    ]
    assert (playbook.run.workers, playbook.run.retries) == (5, 0)
    assert (playbook.run.device_deadline_s, playbook.run.deadline_s) == (30.0, 600.5)
    assert (playbook.run.per_site, playbook.run.per_aaa, playbook.run.jitter_s) == (2, 3, 1.5)
    assert playbook.run.suspend_credential_after == 3
    assert playbook.report.formats == ("html", "pdf", "docx", "xlsx")
    assert playbook.report.number == "XJ-{yyyymm}-JQ-{seq:03d}"
    assert playbook.change
    assert (playbook.config.backup, playbook.config.diff) == (True, "baseline")
    assert playbook.relative == "playbooks/whole.yml"


def test_who_is_told_of_what(tmp_path: Path) -> None:
    playbook = load(tmp_path, WHOLE, "whole")
    assert (playbook.notify.on, playbook.notify.to) == (("level_i", "finished"), ("duty",))
    assert playbook.inactive == ()


def test_tasks_alone_are_enough(tmp_path: Path) -> None:
    playbook = load(tmp_path, "tasks: [identity]\n")
    assert (playbook.name, str(playbook.title), playbook.hosts) == ("p", "p", "all")
    assert (playbook.inactive, playbook.change) == ((), False)
    assert not playbook.config.is_active
    assert load(tmp_path, "nornir: pack.module.task\n").nornir[0].path == "pack.module.task"


@pytest.mark.parametrize(
    ("given", "active"),
    [
        ("{backup: true}", True),
        ("{diff: startup}", True),
        ("{diff: last}", True),
        ("{diff: none}", False),
        ("{backup: false}", False),
    ],
)
def test_configurations_are_read_where_something_is_done_with_them(
    tmp_path: Path, given: str, *, active: bool
) -> None:
    assert load(tmp_path, f"config: {given}\n").config.is_active is active


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tasks: [idntity]\n", ["1:tasks.0: no such task: idntity (did you mean identity?)"]),
        ("tasks: [identity, identity]\n", ["1:tasks.1: the same task twice"]),
        ("tasks: [3]\n", ["1:tasks.0: expected a text, got: 3"]),
        ("tasks: [identity]\nrun: {workers: 0}\n", ["2:run.workers: must be at least 1, got: 0"]),
        ("tasks: [identity]\nrun: {deadline_s: -5}\n", ["2:run.deadline_s: must be greater than 0, got: -5"]),
        ("tasks: [identity]\nrun: {device_deadline_s: 0}\n", ["2:run.device_deadline_s: must be greater than 0, got: 0"]),
        ("tasks: [identity]\nrun: {device_deadline_s: 60, deadline_s: 30}\n", ["2:run.device_deadline_s: a device's deadline is longer than the run's"]),
        ("tasks: [identity]\nrun: {retries: 1.5}\n", ["2:run.retries: expected a whole number, got: 1.5"]),
        ("tasks: [identity]\nrun: {workrs: 1}\n", ["2:run.workrs: unknown key (did you mean workers?)"]),
        ("tasks: [identity]\nreport: {formats: [htm]}\n", ["2:report.formats.0: expected one of: json, html, md, junit, docx, pdf, xlsx, got: 'htm'"]),
        ("tasks: [identity]\nreport: {formats: []}\n", ["2:report.formats: too few entries"]),
        ("tasks: [identity]\noccasion: holiday\n", ["2:occasion: expected one of: routine, monthly, quarterly, half-year, pre-holiday, flood-season, conference, handover, change, adhoc, got: 'holiday'"]),
        ("tasks: [identity]\nchange: yes\n", ["2:change: expected true or false, got: 'yes'"]),
        ("tasks: [identity]\nname: q\n", ["2:name: the name must be the file's name (p)"]),
        ("tasks: [identity]\nnornir: [x]\n", ["2:nornir.0: expected a dotted path: package.module.function"]),
        ("tasks: [identity]\nwhere: knd == 'x'\n", ["2:where: a bad condition: unknown name: knd (did you mean kind)"]),
        ("tasks: [identity]\nconfig: {backup: 3}\n", ["2:config.backup: expected true or false, got: 3"]),
        ("config: {diff: basline}\n", ["1:config.diff: expected one of: baseline, startup, last, none, got: 'basline'"]),
        ("tasks: [identity]\nnotify: {on: [never]}\n", ["2:notify.on.0: expected one of: level_i, level_ii, level_iii, level_iv, missed, overdue, finished, failed, changed, got: 'never'"]),
        ("title: x\n", ["1:tasks: nothing to do: no tasks (write tasks or nornir)"]),
        ("tasks: [identity]\ntasks: [optics]\n", ["2:tasks: the same key twice"]),
        ("", ["1: the file is empty"]),
        ("- x\n", ["1: expected a mapping"]),
    ],
)  # fmt: skip
def test_a_mistake(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected


@pytest.mark.parametrize(
    "number", ["../x-{seq:03d}", "XJ-{yyyymm}", "XJ {seq:03d}", "{x}{seq:03d}", "{seq}"]
)
def test_a_number_must_differ_and_be_a_file_name(tmp_path: Path, number: str) -> None:
    (found,) = mistakes(tmp_path, f"tasks: [identity]\nreport: {{number: '{number}'}}\n")
    assert found.startswith("2:report.number: a number holds letters")


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, "tasks: [x, y]\nrun: {workers: 0}\nfoo: 1\n")) == 4


def test_playbooks_are_listed_with_broken_ones_and_without_other_files(tmp_path: Path) -> None:
    place = workspace(
        tmp_path,
        b="tasks: [identity]\n",
        a="tasks: [nope]\n",
        calendar="x: 1\n",
        thresholds="y: 1\n",
    )
    listed = list_playbooks(place, task_names=TASKS)
    assert [one.found.relative for one in listed] == ["playbooks/a.yml", "playbooks/b.yml"]
    assert listed[0].playbook is None
    assert listed[0].error is not None
    assert listed[1].playbook is not None


def test_a_playbook_is_found_by_name(tmp_path: Path) -> None:
    place = workspace(tmp_path, daily="tasks: [identity]\n")
    for name in ("daily", "daily.yml", "playbooks/daily.yml"):
        assert find_playbook(place, name).relative == "playbooks/daily.yml"
    with pytest.raises(UsageError) as caught:
        find_playbook(place, "dayly")
    assert caught.value.hint.en == "did you mean daily?"


@pytest.mark.parametrize("page", ["docs/plan-rounds.md", "docs/zh/plan-rounds.md"])
def test_the_example_of_the_page_loads_names_every_key_and_the_true_defaults(
    tmp_path: Path, page: str
) -> None:
    text = (
        (ROOT / page).read_text("utf-8").partition("# playbooks/autumn.yml")[2].partition("```")[0]
    )
    text = text.partition("\n")[2]
    made = load(tmp_path, text, "autumn")
    assert made.run == RunSettings()
    given = yaml.safe_load(text)
    assert set(PlaybookFields.model_fields) - set(given) == {"name", "nornir"}
    assert set(RunFields.model_fields) == set(given["run"])
    assert set(ReportFields.model_fields) == set(given["report"])
    listed = re.search(
        r"^`occasion`[:：] ?(.+)[.。]$", (ROOT / page).read_text("utf-8"), re.MULTILINE
    )
    assert listed is not None
    assert set(re.split(r", |、", listed[1])) == {one.value for one in Occasion}
