"""A playbook may have a layout of its own; formats it has no file for take the usual one."""

from pathlib import Path

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import PLAYBOOK, make_site

COUNTY = f"{PLAYBOOK.partition('report:')[0]}report: {{formats: [md, html], template: county}}\n"


def test_a_layout_of_its_own_serves_the_playbook_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "report"
    folder.mkdir(parents=True)
    (folder / "county.md.j2").write_text("县里的版式 {{ m.run_id }}\n", "utf-8")
    (folder / "county2.md.j2").write_text("别人的版式\n", "utf-8")
    run_id = make_site(tmp_path, COUNTY)
    made = call(
        "report", "run", run_id, "-w", tmp_path, "-o", tmp_path / "own", "--format", "md,html"
    )
    assert made.code == 0, made.err
    assert (tmp_path / "own" / "report.md").read_text("utf-8").startswith("县里的版式")
    assert "<!doctype html>" in (tmp_path / "own" / "report.html").read_text("utf-8")
    (tmp_path / "playbooks" / "site.yml").write_text(PLAYBOOK, "utf-8")
    call("report", "run", run_id, "-w", tmp_path, "-o", tmp_path / "usual", "--format", "md")
    assert "版式" not in (tmp_path / "usual" / "report.md").read_text("utf-8")


def test_a_layout_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    make_site(tmp_path)
    (tmp_path / "playbooks" / "site.yml").write_text(
        COUNTY.replace("county", "inspektion"), "utf-8"
    )
    said = call("lint", "-w", tmp_path)
    assert said.code == 2
    assert "playbooks/site.yml:6:report.template" in said.err
    assert "templates/report/inspektion.*" in said.err
    assert "inspection" in said.err


def test_a_mistake_in_a_layout_is_told_by_the_name_of_its_file(tmp_path: Path) -> None:
    run_id = make_site(tmp_path, COUNTY)
    folder = tmp_path / "templates" / "report"
    folder.mkdir(parents=True)
    (folder / "county.md.j2").write_text("{{ nobody.knows }}\n", "utf-8")
    (folder / "county.typ").write_text("#nobody()\n", "utf-8")
    words = ("report", "run", run_id, "-w", tmp_path, "-o", tmp_path / "own")
    said = call(*words, "--format", "md,pdf,html")
    assert said.code == 2
    assert "templates/report/county.md.j2:1" in said.err
    assert "templates/report/county.typ" in said.err
    assert "inspection" not in said.err
    assert (tmp_path / "own" / "report.html").is_file()
