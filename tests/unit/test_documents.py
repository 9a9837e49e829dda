"""Document control: numbers, versions, altered files, the bundle; and the Word template."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document

from tests.report_samples import a_model
from tests.run_samples import START, finding, plan, saved, start
from xunjian.checks.model import Finding, Verdict
from xunjian.errors import ContentError, NotFitting
from xunjian.language import Language, Text
from xunjian.playbook.model import Occasion
from xunjian.report import build_report, render
from xunjian.report.building.beside import Beside, Order, Supply
from xunjian.report.building.series import TOPICS, forecast_of, trend
from xunjian.report.control import next_version, with_versions
from xunjian.report.fields import placeholders
from xunjian.store import RunEnd, open_store
from xunjian.store.bundle import MANIFEST, check_bundle, evidence_hashes, write_bundle
from xunjian.store.model import DocumentFile, DocumentKey, Numbering
from xunjian.store.store import Store

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
FIRST = DocumentKey(kind="inspection", subject="r1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / ".xunjian")


def make_run(
    store: Store, *, days: float = 0, occasion: Occasion = Occasion.ROUTINE, value: float = 50.0,
    verdict: Verdict = Verdict.NORMAL, name: str = "sw1",
) -> str:  # fmt: skip
    at = START + timedelta(days=days)
    begun = start(name)
    begun = replace(
        begun,
        playbook=replace(
            begun.playbook, occasion=occasion, report=replace(begun.playbook.report, number="")
        ),
        started_at=at,
    )
    run_id = store.begin_run(plan(name), begun)
    store.save_device(run_id, saved(name, replace(finding(name, verdict), value=value)))
    store.finish_run(run_id, RunEnd(ended_at=at + timedelta(minutes=5)))
    return run_id


def test_a_run_has_no_number_before_it_closes_and_a_killed_one_leaves_no_gap(store: Store) -> None:
    killed = store.begin_run(plan("sw1"), start("sw1"))
    assert store.record(killed).number == ""
    numbers = [store.record(make_run(store, days=day)).number for day in (1, 2)]
    adhoc = store.record(make_run(store, days=3, occasion=Occasion.ADHOC)).number
    later = store.record(make_run(store, days=4)).number
    assert [*numbers, later] == ["XJ-202611-RC-001", "XJ-202611-RC-002", "XJ-202611-RC-003"]
    assert adhoc == "XJ-202611-LS-001"


def test_a_run_that_is_closed_again_keeps_its_number(store: Store) -> None:
    run_id = make_run(store)
    store.reopen_run(run_id)
    store.finish_run(run_id)
    assert store.record(run_id).number == "XJ-202611-RC-001"
    assert store.record(make_run(store, days=1)).number == "XJ-202611-RC-002"


def test_other_documents_have_series_of_their_own(store: Store) -> None:
    numbering = Numbering(pattern="{prefix}-{yyyymm}-{kind}-{seq:02d}", prefix="SL", kind="GZ")
    at = datetime(2026, 10, 1, tzinfo=UTC)
    months = [DocumentKey(kind="fault-summary", subject=s) for s in ("2026-10", "2026-11")]
    given = [store.number_document(key, numbering, at) for key in (*months, months[0])]
    assert given == ["SL-202610-GZ-01", "SL-202610-GZ-02", "SL-202610-GZ-01"]


def test_a_version_is_made_only_where_the_report_says_something_else(store: Store) -> None:
    model, at = a_model(), datetime(2026, 11, 1, tzinfo=UTC)
    first = next_version(model, (), at)
    assert first is not None
    assert (first.version, first.what.zh) == (1, "首次发布")
    store.add_version(FIRST, first)
    again = with_versions(model, store.versions(FIRST))
    assert next_version(again, store.versions(FIRST), at) is None
    secret = replace(model, head=replace(model.head, secrecy="秘密"))
    second = next_version(secret, store.versions(FIRST), at)
    assert second is not None
    assert (second.version, second.what.en) == (2, "cover or overview changed")
    problems = model.problems[1:]
    better = replace(
        model,
        problems=problems,
        totals=replace(
            model.totals,
            verdicts={**model.totals.verdicts, Verdict.ABNORMAL: 1, Verdict.NORMAL: 43},
        ),
    )
    third = next_version(better, store.versions(FIRST), at)
    assert third is not None
    assert "正常 42→43" in third.what.zh
    assert "异常 2→1" in third.what.zh
    assert "判定改变 1 项" in third.what.zh


def test_a_version_names_who_filled_in_its_forms_else_who_leads_the_rounds() -> None:
    model, at = a_model(), datetime(2026, 11, 1, tzinfo=UTC)
    answered, blank = model.manual
    blank_finding = replace(answered.finding, verdict=Verdict.NOT_CHECKED)
    no_forms = replace(model, manual=(replace(answered, by="", finding=blank_finding), blank))
    first = next_version(no_forms, (), at)
    assert first is not None
    assert first.by == "张三"  # the first of the settings' people
    later = replace(answered, by="李工、赵工", at=at + timedelta(days=1))
    signed = replace(model, manual=(later, blank), head=replace(model.head, secrecy="秘密"))
    second = next_version(signed, (first,), at)
    assert second is not None
    assert second.by == "李工、赵工"
    nobody = replace(no_forms, head=replace(model.head, people=()))
    unnamed = next_version(nobody, (), at)
    assert unnamed is not None
    assert unnamed.by == ""


def test_a_newer_program_that_words_things_otherwise_makes_no_version(store: Store) -> None:
    model, at = a_model(), datetime(2026, 11, 1, tzinfo=UTC)
    first = next_version(model, (), at)
    assert first is not None
    reworded = Text("另一种说法", "said otherwise")
    head = replace(
        model.head, title=reworded, purpose=reworded, scope=reworded, basis=(reworded,),
        warnings=(reworded,), signers=(reworded,),
    )  # fmt: skip
    assert next_version(replace(model, head=head, conclusion=reworded), (first,), at) is None
    ordered = replace(model, head=replace(head, said=("pre-holiday", "按新合同")))
    assert next_version(ordered, (first,), at) is not None


def test_an_altered_document_is_found_and_its_bytes_are_kept(store: Store, tmp_path: Path) -> None:
    content = b"signed"
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    file = DocumentFile(
        key=FIRST, version=1, form="docx", language="zh", sha256=sha256, size_bytes=len(content),
        path=str(path), written_at=START,
    )  # fmt: skip
    store.keep_document(file, content)
    store.keep_document(file, content)
    assert len(store.document_files(FIRST)) == 1
    assert store.verify().is_intact
    path.write_bytes(b"forged")
    found = store.verify()
    assert not found.is_intact
    assert [damage.what for damage in found.documents] == [str(path)]
    path.unlink()
    assert store.verify().is_intact, "a file taken away is no damage: the bytes are kept"
    assert store.document_bytes(sha256) == content
    kept = store.state_dir / "documents" / sha256[:2] / sha256
    kept.write_bytes(b"x")
    assert [damage.what for damage in store.verify().documents] == ["kept copy of docx v1"]


def bundled(store: Store, path: Path) -> str:
    make_run(store)
    run_id = make_run(store, days=1)
    make_run(store, days=2)
    proof, record = store.bundle_proof(run_id), store.record(run_id)
    about = {
        "run_id": run_id,
        "number": record.number,
        "version": 1,
        "root_hash": record.root_hash,
        "pruned": [],
    }
    files = [(f"evidence/{sha}", store.evidence_bytes(sha)) for sha in evidence_hashes(proof)]
    write_bundle(path, about, proof, [*files, ("documents/v1/report.zh.docx", b"document")])
    return record.root_hash


def altered(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def relisted(files: dict[str, bytes], name: str, content: bytes) -> None:
    """Forge a file and its line in the manifest."""
    files[name] = content
    manifest = json.loads(files[MANIFEST])
    manifest["files"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    files[MANIFEST] = json.dumps(manifest).encode()


def test_a_bundle_proves_itself_without_a_store(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    root = bundled(store, path)
    proof = check_bundle(path)
    assert proof.is_intact
    assert (proof.root_hash, proof.number) == (root, "XJ-202611-RC-002")


def test_every_forgery_of_a_bundle_is_found(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    bundled(store, path)
    whole = path.read_bytes()

    def document(files: dict[str, bytes]) -> None:
        files["documents/v1/report.zh.docx"] = b"other"

    def added(files: dict[str, bytes]) -> None:
        files["documents/v1/more.docx"] = b"other"

    def gone(files: dict[str, bytes]) -> None:
        del files[next(name for name in files if name.startswith("evidence/"))]

    def evidence(files: dict[str, bytes]) -> None:
        relisted(files, next(name for name in files if name.startswith("evidence/")), b"other")

    def result(files: dict[str, bytes]) -> None:
        text = files["proof.json"].replace(b'"verdict": "normal"', b'"verdict": "waived"')
        assert text != files["proof.json"]
        relisted(files, "proof.json", text)

    def plan_line(files: dict[str, bytes]) -> None:
        proof = json.loads(files["proof.json"])
        proof["plan"][1][0] = "XJ-202611-RC-009"
        relisted(files, "proof.json", json.dumps(proof).encode())

    def chain(files: dict[str, bytes]) -> None:
        proof = json.loads(files["proof.json"])
        del proof["chain"][0]
        relisted(files, "proof.json", json.dumps(proof).encode())

    for change in (document, added, gone, evidence, result, plan_line, chain):
        path.write_bytes(whole)
        assert not check_bundle(altered(path, change)).is_intact, change.__name__


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_bundle_says_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(NotFitting, match="不是证据包"):
        check_bundle(path)


def word(template: Callable[[str], str], language: Language = Language.ZH) -> bytes:
    """Render the sample through the shipped template with its text changed."""
    document = Document(str(TEMPLATES / "inspection.docx"))
    paragraph = next(p for p in document.paragraphs if "d.conclusion" in p.text)
    paragraph.text = template(paragraph.text)
    stream = io.BytesIO()
    document.save(stream)
    return render(a_model(), "docx", language, lambda _: stream.getvalue())


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("{{ d.conclusoin }}", "conclusion"),
        ("{{ m.nummber }}", "number"),
        ("{{ m.head.secrecyy }}", "secrecy"),
        ("{{ titel }}", ""),
        ("{% for row in d.problms %}{{ row }}{% endfor %}", "problems"),
        ("{{ sya(m.title) }}", "say"),
    ],
)
def test_a_wrong_placeholder_is_named_with_the_nearest_right_one(wrong: str, near: str) -> None:
    with pytest.raises(ContentError) as caught:
        word(lambda _: wrong)
    (problem,) = caught.value.problems
    assert problem.file == "templates/report/inspection.docx"
    name = re.split(r"[ .(]", wrong.strip("{}% "))
    assert any(part in problem.message.zh for part in name if part)
    assert near in problem.hint.zh
    assert "report fields" in problem.hint.zh


@pytest.mark.parametrize("broken", ["{{ d.title", "{% if %}", "{{ ''.__class__.__mro__ }}"])
def test_a_broken_template_is_a_content_error(broken: str) -> None:
    with pytest.raises(ContentError):
        word(lambda _: broken)


def test_a_file_that_is_no_word_document_is_a_content_error() -> None:
    with pytest.raises(ContentError):
        render(a_model(), "docx", Language.ZH, lambda _: b"not a document")


@pytest.mark.parametrize("language", list(Language))
def test_word_is_the_same_bytes_at_every_call_and_in_one_language(language: Language) -> None:
    one, two = (word(lambda text: text, language) for _ in range(2))
    assert one == two
    text = "\n".join(p.text for p in Document(io.BytesIO(one)).paragraphs)
    heads = ("七、问题汇总", "附录 A") if language is Language.ZH else ("7. Problems", "Appendix A")
    assert all(head in text for head in heads)
    assert "{{" not in text
    assert "{%" not in text


def test_a_logo_stands_on_the_cover(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 20), "navy").save(tmp_path / "logo.png")
    model = a_model()
    logo = (tmp_path / "logo.png").read_bytes()
    with_logo = replace(model, head=replace(model.head, logo=logo))
    made = render(with_logo, "docx", Language.ZH, lambda name: (TEMPLATES / name).read_bytes())
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert any(archive.read(n) == logo for n in archive.namelist() if "media/" in n)


def test_every_placeholder_of_the_shipped_template_is_listed() -> None:
    listed = {one.name for one in placeholders(a_model(), Language.ZH)}
    assert {"d.title", "d.problems[].rows[].advice", "m.head.secrecy", "logo", "say"} <= listed


def test_titles_go_by_occasion_and_the_playbook_may_overrule(store: Store) -> None:
    record = store.record(make_run(store, occasion=Occasion.PRE_HOLIDAY))
    assert build_report(record).head.title.zh == "监控中心设备巡检报告"
    flood = replace(record, occasion="flood-season")
    assert build_report(flood).head.title.zh == "汛期专项巡检报告"
    own = Beside(title=Text("国庆节前巡检报告"), order=Order(secrecy="内部"))
    head = build_report(record, beside=own).head
    assert (head.title.zh, head.secrecy) == ("国庆节前巡检报告", "内部")


def test_leftovers_keep_their_first_number_and_count_their_rounds(store: Store) -> None:
    bad, good = Verdict.ABNORMAL, Verdict.NORMAL
    runs = [
        make_run(store, days=day, verdict=verdict)
        for day, verdict in enumerate((bad, good, bad, bad, bad, good))
    ]

    def leftovers(run_id: str) -> list[tuple[str, int, str]]:
        beside = Beside(past=store.past(run_id, ()))
        model = build_report(store.record(run_id), beside=beside)
        return [(one.first_number, one.rounds, one.state) for one in model.leftovers]

    assert leftovers(runs[0]) == []
    assert leftovers(runs[1]) == [("XJ-202611-RC-001", 1, "closed")]
    assert leftovers(runs[2]) == []
    assert leftovers(runs[4]) == [("XJ-202611-RC-003", 3, "open")]
    assert leftovers(runs[5]) == [("XJ-202611-RC-003", 3, "closed")]


def test_a_matter_of_a_thing_not_visited_is_told_by_its_label(store: Store) -> None:
    make_run(store, verdict=Verdict.ABNORMAL, name="sw2")
    now = make_run(store, days=1)
    beside = Beside(
        past=store.past(now, ()),
        supplies={"sw1": Supply(label="一号"), "sw2": Supply(label="会议室交换机")},
    )
    model = build_report(store.record(now), beside=beside)
    (one,) = model.leftovers
    assert (one.device, one.label, one.state) == ("sw2", "会议室交换机", "unverified")
    for form in ("md", "html", "xlsx", "docx", "json"):
        document = render(model, form, Language.ZH, lambda name: (TEMPLATES / name).read_bytes())
        if form in {"docx", "xlsx"}:
            with zipfile.ZipFile(io.BytesIO(document)) as archive:
                names = [n for n in archive.namelist() if n.endswith(".xml")]
                document = b"".join(archive.read(name) for name in names)
        assert "会议室交换机" in document.decode(), form


def test_what_is_no_more_is_no_leftover(store: Store) -> None:
    bad = replace(finding("sw1", Verdict.ABNORMAL), id="Fgone", subject="slot9")

    def round_with(day: int, *found: Finding) -> str:
        begun = replace(start("sw1"), started_at=START + timedelta(days=day))
        run_id = store.begin_run(plan("sw1"), begun)
        store.save_device(run_id, saved("sw1", *found))
        store.finish_run(run_id, RunEnd(ended_at=begun.started_at))
        return run_id

    unknown = replace(finding("sw1", Verdict.UNKNOWN))
    round_with(0, finding("sw1", Verdict.NORMAL), bad)
    unclear = round_with(1, unknown)
    after_unclear = round_with(2, finding("sw1", Verdict.NORMAL))
    last = round_with(3, finding("sw1", Verdict.NORMAL))

    def open_before(run_id: str) -> list[str]:
        return [matter.finding.id for matter in store.past(run_id, ()).matters]

    assert open_before(unclear) == open_before(after_unclear) == ["Fgone"]
    assert open_before(last) == []


def test_rounds_and_values_of_the_past_are_bounded_and_in_order(store: Store) -> None:
    runs = [make_run(store, days=day, value=50.0 + day) for day in range(15)]
    past = store.past(runs[-1], ("levels.used",))
    assert [one.run_id for one in past.rounds] == runs[2:14]
    (points,) = past.values.values()
    assert [value for _, value in points] == [50.0 + day for day in range(2, 14)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((80.0, 81.0, 82.0, 83.0), 1.0),
        ((80.0, 81.0, 82.0), None),  # too few
        ((80.0, 80.0, 80.0, 80.0), None),  # level
        ((80.0, 91.0, 79.0, 90.0, 81.0), None),  # noise
    ],
)
def test_a_trend_is_drawn_only_where_there_is_one(
    values: tuple[float, ...], expected: float | None
) -> None:
    points = [(START + timedelta(days=day), value) for day, value in enumerate(values)]
    found = trend(points)
    assert found == (pytest.approx(expected) if expected is not None else None)


def test_a_disk_is_full_in_so_many_days_and_light_falls_to_its_limit() -> None:
    def points(*values: float) -> list[tuple[datetime, float]]:
        return [(START + timedelta(days=day), value) for day, value in enumerate(values)]

    limits = {"warning": 80.0, "critical": 90.0}
    disk = forecast_of(TOPICS["storage.used"], points(84, 86, 88, 90), limits, "%")
    assert disk is not None
    assert disk.reaches_at == (START + timedelta(days=8)).date()
    assert "约 5 天后" in disk.message.zh
    assert "4 轮" in disk.method.zh
    window = {"low": -18.0, "high": -3.0}
    light = forecast_of(TOPICS["optics.rx_power"], points(-8, -9, -10, -11), window, "dBm")
    assert light is not None
    assert light.reaches_at == (START + timedelta(days=10)).date()
    better = forecast_of(TOPICS["optics.rx_power"], points(-11, -10, -9, -8), window, "dBm")
    assert better is None
