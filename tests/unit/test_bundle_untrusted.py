"""An evidence bundle comes from anywhere: what is made up is told, and nothing is unpacked."""

import json
import random
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from tests.run_samples import FACTS, finding, plan, saved, start
from xunjian.errors import NotFitting
from xunjian.store import open_store
from xunjian.store.bundle import MANIFEST, PROOF, check_bundle, evidence_hashes, write_bundle

OUTSIDE = ("../evil", "/etc/evil", "evidence/../../evil", "C:/evil", "..\\evil")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A whole bundle of one run."""
    store = open_store(tmp_path / ".xunjian", facts=FACTS)
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    store.save_device(run_id, saved("sw1", finding("sw1")))
    store.finish_run(run_id)
    proof, path = store.bundle_proof(run_id), tmp_path / "bundle.zip"
    about = {"run_id": run_id, "version": 1, "root_hash": store.record(run_id).root_hash}
    files = [(f"evidence/{x}", store.evidence_bytes(x)) for x in evidence_hashes(proof)]
    write_bundle(path, about, proof, files)
    store.close()
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out_is_told(bundle: Path, name: str) -> None:
    import hashlib

    files = parts(bundle)
    manifest = json.loads(files[MANIFEST])
    manifest["files"][name] = {"sha256": hashlib.sha256(b"x").hexdigest(), "size_bytes": 1}
    rewrite(bundle, {**files, MANIFEST: json.dumps(manifest).encode(), name: b"x"})
    proof = check_bundle(bundle)
    assert not proof.is_intact
    assert name in proof.unlisted
    assert {one.name for one in bundle.parent.iterdir()} == {".xunjian", "bundle.zip"}


def test_a_name_that_stands_twice_is_told(bundle: Path) -> None:
    name = next(one for one in parts(bundle) if one.startswith("evidence/"))
    with warnings.catch_warnings(), zipfile.ZipFile(bundle, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, parts(bundle)[name])
    assert check_bundle(bundle).unlisted == (name,)


@pytest.mark.parametrize("name", [MANIFEST, PROOF])
@pytest.mark.parametrize(
    "text",
    ["[]", "1", "null", '"x"', "{}", "[" * 100_000, '{"schema": [], "files": []}', "\ud800x"],
)
def test_made_up_contents_are_no_bundle(bundle: Path, name: str, text: str) -> None:
    rewrite(bundle, {**parts(bundle), name: text.encode("utf-8", "surrogatepass")})
    with pytest.raises(NotFitting, match="不是证据包"):
        check_bundle(bundle)


def test_damage_anywhere_is_told_and_never_raises_anything_else(bundle: Path) -> None:
    whole, chance = bundle.read_bytes(), random.Random(11)
    for _ in range(150):
        bad = bytearray(whole)
        for _ in range(chance.choice((1, 3))):
            bad[chance.randrange(len(bad))] ^= chance.randrange(1, 256)
        bundle.write_bytes(bytes(bad))
        try:
            check_bundle(bundle)
        except NotFitting:
            continue


def test_a_size_that_is_claimed_too_large_is_refused(bundle: Path) -> None:
    whole = bytearray(bundle.read_bytes())
    at = whole.rindex(b"PK\x01\x02")  # the manifest's entry of the directory
    whole[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    bundle.write_bytes(bytes(whole))
    with pytest.raises(NotFitting):
        check_bundle(bundle)


def test_pieces_that_only_the_manifest_calls_pruned_are_missing(bundle: Path) -> None:
    files = parts(bundle)
    manifest = json.loads(files[MANIFEST])
    name = next(one for one in files if one.startswith("evidence/"))
    del files[name], manifest["files"][name]
    manifest["pruned"] = [name.partition("/")[2]]
    rewrite(bundle, {**files, MANIFEST: json.dumps(manifest).encode()})
    proof = check_bundle(bundle)
    assert (proof.missing, proof.pruned, proof.is_intact) == ((name,), 0, False)
