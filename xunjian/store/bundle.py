"""The evidence bundle: one run with everything its proof needs, checked on any machine.

A zip archive: `manifest.json` (every file with its hash), `proof.json` (the chain and all rows its
roots are made of), `evidence/<sha256>` as kept, `documents/v<N>/…` as written. Checking it needs
neither a workspace nor a store: the roots are computed again from the rows, and the last one has
to be the one that the signed report bears.
"""

import hashlib
import json
import zipfile
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
    """What checking a bundle found. altered, missing, unlisted: names of files; broken: links."""

    run_id: str
    number: str
    version: int
    root_hash: str
    files: int
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
    return {
        "run_id": run_id,
        "chain": [row for row in links if own and row["link"] <= own[-1]],
        "plan": plan_of(connection, run_id),
        "evidence": _of(connection, t.evidence, run_id),
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
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise NotFitting(
            Text(f"不是证据包：{path}（{error}）", f"not an evidence bundle: {path} ({error})"),
            Text(
                "用 report bundle 轮次 -o FILE.zip 生成", "report bundle RUN -o FILE.zip makes one"
            ),
        ) from error


def _check(archive: zipfile.ZipFile) -> BundleProof:
    entries = {info.filename: info for info in archive.infolist()}
    if len(entries) > MOST_FILES or sum(info.file_size for info in entries.values()) > MOST_BYTES:
        raise ValueError("too large")
    manifest = json.loads(archive.read(MANIFEST))
    if manifest["schema"] != SCHEMA:
        raise ValueError(manifest["schema"])
    listed: Mapping[str, Row] = manifest["files"]
    proof = json.loads(archive.read(PROOF))
    missing = [name for name in listed if name not in entries]
    altered = [
        name
        for name in listed
        if name in entries and not _is_whole(name, archive.read(name), str(listed[name]["sha256"]))
    ]
    unlisted = [name for name in entries if name not in listed and name != MANIFEST]
    pruned = set(manifest.get("pruned", ()))
    missing += [
        f"evidence/{sha256}"
        for sha256 in evidence_hashes(proof)
        if f"evidence/{sha256}" not in listed and sha256 not in pruned
    ]
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
        altered=tuple(altered),
        missing=tuple(missing),
        unlisted=tuple(unlisted),
        broken=tuple(broken),
    )


def _is_whole(name: str, content: bytes, sha256: str) -> bool:
    found = hashlib.sha256(content).hexdigest()
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
