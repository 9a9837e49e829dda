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
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from xunjian.errors import NotFitting
from xunjian.language import Text
from xunjian.store import tables as t
from xunjian.store.chain import plan_of, root
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

    pruned: pieces of evidence that the bundle says were removed by contract term. Nothing here
    proves that: the hashes of what they said stay in the chain.
    """

    run_id: str
    number: str
    version: int
    root_hash: str
    files: int
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
    links = _rows(connection, select(t.chain).order_by(t.chain.c.link))
    own = [row["link"] for row in links if row["run_id"] == run_id]
    evidence = _of(connection, t.evidence, run_id)
    named = {row[key] for row in evidence for key in ("sha256", "text_sha256")}
    gone = set(connection.execute(select(t.tombstones.c.sha256)).scalars())
    return {
        "run_id": run_id,
        "pruned": sorted(named & gone),
        "chain": [row for row in links if own and row["link"] <= own[-1]],
        "plan": plan_of(connection, run_id),
        "evidence": evidence,
        "sealed": _of(connection, t.sealed_devices, run_id),
        **{name: _of(connection, table, run_id) for name, table in _TABLES.items()},
    }


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
    pruned = set(manifest.get("pruned", ()))
    cited = [x for x in evidence_hashes(proof) if f"evidence/{x}" not in listed]
    missing += [f"evidence/{sha256}" for sha256 in cited if sha256 not in pruned]
    last = proof["chain"][-1]["root_hash"] if proof["chain"] else ""
    broken = [*_broken(proof)]
    if manifest["run_id"] != proof["run_id"] or manifest["root_hash"] != last:
        broken.append(MANIFEST)
    return BundleProof(
        run_id=str(proof["run_id"]),
        number=str(manifest.get("number", "")),
        version=int(manifest.get("version", 1)),
        root_hash=str(last),
        files=len(entries),
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
    previous, expected = None, 1
    for link in proof["chain"]:
        number = link["link"]
        if number != expected or (previous is not None and link["previous_hash"] != previous):
            yield f"link {number}"
        if link["run_id"] == proof["run_id"]:
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


def _by_device(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["device"]), []).append(row)
    return found


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _of(connection: Connection, table: Any, run_id: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.run_id == run_id).order_by(table.c.position)
    return _rows(connection, query)


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=_AT)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
