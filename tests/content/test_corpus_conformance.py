"""The whole corpus in one table: parsed, known unknown, failed. `pytest -s` prints it.

And the class of evidence that a card claims is what the corpus shows.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from tests.content import corpus
from tests.content.corpus import Sample
from tests.fixtures.shipped import content
from xunjian.tasks.model import EvidenceClass, Step, Task

pytestmark = pytest.mark.skipif(not corpus.CORPUS.is_dir(), reason="no corpus beside the checkout")

STATES = ("parsed", "known unknown", "failed")


@cache
def judged() -> tuple[tuple[Sample, str, str], ...]:
    return tuple((one, *corpus.judge_sample(one)) for one in corpus.samples())


def table(counts: Mapping[str, Counter[str]]) -> str:
    lines: list[tuple[str, ...]] = [("corpus", "samples", *STATES)]
    for group, count in counts.items():
        lines.append((group, str(count.total()), *(str(count[state]) for state in STATES)))
    return "\n".join(
        f"{line[0]:<16}" + "".join(f"{cell:>15}" for cell in line[1:]) for line in lines
    )


def test_nothing_of_the_corpus_fails() -> None:
    counts: dict[str, Counter[str]] = {}
    for sample, state, _ in judged():
        counts.setdefault(sample.group, Counter())[state] += 1
    total: Counter[str] = sum(counts.values(), Counter())
    sys.stdout.write("\n" + table({**counts, "all": total}) + "\n")
    assert [f"{s.name}: {why}" for s, state, why in judged() if state == "failed"] == []
    assert total["parsed"] > 100


def test_what_is_known_has_a_reason() -> None:
    assert [s.name for s, state, why in judged() if state == "known unknown" and not why] == []


def test_every_file_is_a_sample() -> None:
    folders = ("cli", "linux", "snmp", "redfish", "codec")
    beside = {".yml"}  # what ntc-templates expects of the sample of that name
    files = [
        path
        for folder in folders
        for path in (corpus.CORPUS / folder).rglob("*")
        if path.is_file() and path.suffix not in beside and path.name != "expected_result.json"
    ]
    assert sum(sample.files for sample in corpus.samples()) == len(files)


def forms() -> Iterator[tuple[Task, str, Step]]:
    for task in content()[0].tasks:
        for platform in task.collect:
            for _, step in corpus.alternatives(task, platform):
                yield task, platform, step


def test_a_card_claims_the_evidence_that_the_corpus_gives() -> None:
    by_platform: dict[str, list[Sample]] = {}
    for sample, state, _ in judged():
        if state == "parsed":
            by_platform.setdefault(sample.platform, []).append(sample)
    wrong = []
    for task, platform, step in forms():
        seen = any(corpus.gives_rows(one, task, step) for one in by_platform.get(platform, ()))
        said = step.evidence
        if said is not EvidenceClass.REAL and seen != (said is EvidenceClass.CAPTURED):
            question = step.send or step.get or step.follow or dict(step.walk)
            wrong.append(f"{task.relative} {platform} {question}: says {said}, corpus: {seen}")
    assert wrong == []
