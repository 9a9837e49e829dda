"""The evidence bundle: one run with everything its proof needs, checked on any machine.

A zip archive: `manifest.json` (every file with its hash), `proof.json` (the chain and all rows its
roots are made of), `evidence/<sha256>` as kept, `documents/v<N>/…` as written. Checking it needs
neither a workspace nor a store: the roots are computed again from the rows, and the last one has
to be the one that the signed report bears.
"""

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from xunjian.errors import NotFitting
from xunjian.language import Text
from xunjian.store import tables as t
from xunjian.store.chain import GENESIS, plan_of, root
from xunjian.store.database import rows_of
from xunjian.store.pruning import digests, pruning_root, prunings
from xunjian.store.rows import digest

SCHEMA = "xunjian.bundle/1"
MANIFEST, PROOF = "manifest.json", "proof.json"
MOST_FILES, MOST_BYTES = 500_000, 8 * 1024**3
MOST_TEXT_BYTES = 2 * 1024**3  # of the proof and the manifest: a round of 1500 devices has 0.1
_AT = (1980, 1, 1, 0, 0, 0)
# what a device's digest is made of, in that order
_TABLES = {
    "devices": t.devices,
    "outcomes": t.outcomes,
    "findings": t.findings,
    "facts": t.facts,
    "changes": t.config_changes,
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleProof:
    """What checking a bundle found. altered, missing, unlisted: names of files; broken: links.

    pruned: pieces of evidence that were removed by contract term, each named by a pruning in the
    chain. head_hash: of the chain's last link that is here; a later signed report bears it, or one
    that follows from it.
    """

    run_id: str
    number: str
    version: int
    root_hash: str
    files: int
    head_hash: str = ""
    pruned: int = 0
    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Whether everything is there, unaltered, and follows from the chain."""
        return not (self.altered or self.missing or self.unlisted or self.broken)


def proof_of(connection: Connection, run_id: str) -> dict[str, Any]:
    """Give the chain to a run's last link, and every row that the run's roots are made of."""
    links = rows_of(connection, select(t.chain).order_by(t.chain.c.link))
    all_prunings = prunings(connection)
    own = [
        row["link"] for row in links if row["run_id"] == run_id and row["link"] not in all_prunings
    ]
    taken = _taken(connection, all_prunings, run_id)
    last = links[-1]["link"] if taken else own[-1] if own else 0
    return {
        "run_id": run_id,
        "prunings": taken,
        "chain": [row for row in links if row["link"] <= last],
        "plan": plan_of(connection, run_id),
        "evidence": _of(connection, t.evidence, run_id),
        "sealed": _of(connection, t.sealed_devices, run_id),
        **{name: _of(connection, table, run_id) for name, table in _TABLES.items()},
    }


def _taken(
    connection: Connection, all_prunings: Mapping[int, Row], run_id: str
) -> list[dict[str, Any]]:
    """Give the prunings that took pieces of a run, each with those pieces."""
    p = t.pruned_pieces.c
    pieces: dict[int, list[str]] = {}
    query = select(p.link, p.sha256).where(p.run_id == run_id)
    for link, sha256 in connection.execute(query.order_by(p.link, p.sha256)):
        pieces.setdefault(link, []).append(sha256)
    return [{**all_prunings[link], "pieces": own} for link, own in pieces.items()]


def pruned_of(proof: Mapping[str, Any]) -> frozenset[str]:
    """Name the pieces of evidence that the prunings in a proof took."""
    return frozenset(piece for one in proof.get("prunings", ()) for piece in one["pieces"])


def evidence_hashes(proof: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the pieces of evidence a proof cites, raw and as text, each once."""
    named = (row[key] for row in proof["evidence"] for key in ("sha256", "text_sha256"))
    return tuple(dict.fromkeys(named))


def write_bundle(
    path: Path,
    about: Mapping[str, object],
    proof: Mapping[str, Any],
    files: Iterable[tuple[str, bytes]],
) -> str:
    """Write the archive and give the hash of its manifest."""
    listed: dict[str, dict[str, object]] = {}
    text = json.dumps(proof, ensure_ascii=False, sort_keys=True).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in ((PROOF, text), *files):
            listed[name] = {
                "sha256": hashlib.sha256(content).hexdigest(),
                "size_bytes": len(content),
            }
            _put(archive, name, content)
        manifest = {"schema": SCHEMA, **about, "files": listed}
        content = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        _put(archive, MANIFEST, content)
    return hashlib.sha256(content).hexdigest()


def check_bundle(path: Path) -> BundleProof:
    """Check an archive from wherever it came; nothing is unpacked.

    Raises:
        NotFitting: it is no bundle.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive)
    except Exception as error:  # zipfile, zlib and json raise whatever a made-up file makes them
        why = f"{type(error).__name__}: {error}"[:200]
        raise NotFitting(
            Text(f"不是证据包：{path}（{why}）", f"not an evidence bundle: {path} ({why})"),
            Text(
                "用 report bundle 轮次 -o FILE.zip 生成", "report bundle RUN -o FILE.zip makes one"
            ),
        ) from error


def _check(archive: zipfile.ZipFile) -> BundleProof:
    infos = archive.infolist()
    entries = {info.filename: info for info in infos}
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise ValueError("too large")
    manifest = json.loads(_text(archive, MANIFEST))
    if manifest["schema"] != SCHEMA:
        raise ValueError(manifest["schema"])
    listed: Mapping[str, Row] = manifest["files"]
    proof = json.loads(_text(archive, PROOF))
    missing = [name for name in listed if name not in entries]
    altered = [
        name
        for name in listed
        if name in entries and not _is_whole(archive, name, str(listed[name]["sha256"]))
    ]
    counts = Counter(info.filename for info in infos)  # which of two would be unpacked?
    unlisted = [name for name in entries if name not in listed and name != MANIFEST]
    unlisted += [name for name, count in counts.items() if count > 1 or _leads_out(name)]
    pruned = pruned_of(proof)  # whatever the manifest says
    cited = [x for x in evidence_hashes(proof) if f"evidence/{x}" not in listed]
    missing += [f"evidence/{sha256}" for sha256 in cited if sha256 not in pruned]
    links = {one["link"] for one in proof.get("prunings", ())}
    own = [one for one in proof["chain"] if one["run_id"] == proof["run_id"]]
    last = next((one["root_hash"] for one in reversed(own) if one["link"] not in links), "")
    broken = [*_broken(proof)]
    if manifest["run_id"] != proof["run_id"] or manifest["root_hash"] != last:
        broken.append(MANIFEST)
    return BundleProof(
        run_id=str(proof["run_id"]),
        number=str(manifest.get("number", "")),
        version=int(manifest.get("version", 1)),
        root_hash=str(last),
        files=len(entries),
        head_hash=str(proof["chain"][-1]["root_hash"]) if proof["chain"] else "",
        pruned=sum(sha256 in pruned for sha256 in cited),
        altered=tuple(altered),
        missing=tuple(missing),
        unlisted=tuple(unlisted),
        broken=tuple(broken),
    )


def _text(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MOST_TEXT_BYTES:
        raise ValueError("too large")
    return archive.read(name)


def _leads_out(name: str) -> bool:
    """Whether unpacking it would write elsewhere."""
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _is_whole(archive: zipfile.ZipFile, name: str, sha256: str) -> bool:
    """Hash a file piece by piece; one that cannot be read whole is altered."""
    try:
        with archive.open(name) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        return False
    folder, _, stem = name.partition("/")
    return found == sha256 and (folder != "evidence" or stem == found)


def _broken(proof: Mapping[str, Any]) -> Iterable[str]:
    """Links that do not follow, roots that the rows do not give, results that were changed."""
    previous, expected = GENESIS, 1
    taken = {one["link"]: one for one in proof.get("prunings", ())}
    for number in taken.keys() - {link["link"] for link in proof["chain"]}:
        yield f"pruning without link {number}"
    for link in proof["chain"]:
        number = link["link"]
        if number != expected or link["previous_hash"] != previous:
            yield f"link {number}"
        if number in taken:
            if not _is_bound(proof, taken[number], link):
                yield f"pruning of link {number}"
        elif link["run_id"] == proof["run_id"]:
            evidence = [row for row in proof["evidence"] if row["link"] == number]
            sealed = [row for row in proof["sealed"] if row["link"] == number]
            if root(link["previous_hash"], proof["plan"], evidence, sealed) != link["root_hash"]:
                yield f"root of link {number}"
        previous, expected = link["root_hash"], number + 1
    newest = {row["device"]: row["digest"] for row in proof["sealed"]}
    by_device = {name: _by_device(proof[name]) for name in _TABLES}
    for device, sealed_digest in newest.items():
        parts = [by_device[name].get(device, []) for name in _TABLES]
        if not parts[0] or digest(parts[0][0], *parts[1:]) != sealed_digest:
            yield f"results of {device}"


def _is_bound(proof: Mapping[str, Any], told: Row, link: Row) -> bool:
    """Whether a pruning is what its link was made of, and took nothing before its term was over."""
    run_id, keep_days, pruned_at = proof["run_id"], told["keep_days"], told["pruned_at"]
    begun = datetime.fromisoformat(proof["plan"][1][3])
    return (
        digests((run_id, piece) for piece in told["pieces"]).get(run_id) == told["runs"][run_id]
        and pruning_root(link["previous_hash"], keep_days, pruned_at, told["runs"])
        == link["root_hash"]
        and begun + timedelta(days=keep_days) <= datetime.fromisoformat(pruned_at)
    )


def _by_device(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["device"]), []).append(row)
    return found


def _of(connection: Connection, table: Any, run_id: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.run_id == run_id).order_by(table.c.position)
    return rows_of(connection, query)


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=_AT)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
