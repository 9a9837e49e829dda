"""The difference engine: CPU seconds at 5,000 and 50,000 lines, against difflib, and a fleet."""

import difflib
import random
import resource
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.command_line import call
from xunjian.config.baselines import BASELINE, RUNNING
from xunjian.config.clean import clean
from xunjian.config.compare import compare
from xunjian.config.pack import Pack, load_packs
from xunjian.config.pipeline import diff_texts
from xunjian.config.redact import redact
from xunjian.config.tree import parse
from xunjian.inventory.model import Device
from xunjian.run.configurations import Visit, fetch
from xunjian.run.content import Content
from xunjian.run.drift import compare_running
from xunjian.run.shelf import keep_together, open_shelf
from xunjian.transport.model import Evidence, Request
from xunjian.workspace import open_workspace

KEY = b"k" * 32
SEED = 20261121


def cpu_s(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_packs(open_workspace()).get("huawei_vrp")


def lines_of(count: int) -> list[str]:
    """A switch and firewall in one: lists, interfaces, routes, accounts."""
    out = ["!Software Version V200R019C10", "#", "sysname HZ-BENCH", "#"]
    n = 0
    while len(out) < count - 2:
        n += 1
        block = [f"acl number {3000 + n}"]
        block += [
            f" rule {5 * k} permit tcp source 192.0.2.{k % 250} 0 destination 198.51.100.{(k + n) % 250} 0"
            for k in range(1, 20)
        ]
        block += ["#", f"interface XGigabitEthernet{n // 48}/0/{n % 48}"]
        block += [
            f" description to-room-{n}",
            " port link-type trunk",
            f" port trunk allow-pass vlan {n % 4000 + 1} to {n % 4000 + 9}",
            " stp edged-port enable",
            " lldp enable",
        ]
        block += [
            "#",
            f"ip route-static 203.0.113.{n % 250} 255.255.255.255 192.0.2.{n % 250}",
            "#",
        ]
        block += [
            "aaa",
            f" local-user op{n} password irreversible-cipher $1a${n:08d}$Zm9vYmFy$",
            "#",
        ]
        out += block
    return [*out[: count - 1], "return"]


def touched(lines: list[str], share: float) -> list[str]:
    """The same with a share of its lines changed, dropped or added."""
    chance = random.Random(SEED)
    out = []
    for line in lines:
        if not line.startswith(" ") or chance.random() >= share:
            out.append(line)
            continue
        match chance.randrange(3):
            case 0:
                out.append(f"{line} log")
            case 1:
                out += [line, f" rule {chance.randrange(100, 9999)} deny udp"]
            case _:
                pass
    return out


def raw(lines: list[str]) -> bytes:
    return "\n".join([*lines, ""]).encode()


def measured(pack: Pack, count: int, share: float) -> float:
    old = lines_of(count)
    a, b = raw(old), raw(touched(old, share))
    before = cpu_s()
    result = diff_texts(a, b, pack, key=KEY)
    spent = cpu_s() - before
    assert result.changes
    print(f"{count} lines, {share:.1%}: {spent:.2f} s, {len(result.changes)} changes")  # noqa: T201
    return spent


@pytest.mark.bench
@pytest.mark.parametrize(("count", "limit_s"), [(5_000, 0.6), (50_000, 3.0)])
def test_whole_command_with_redaction(pack: Pack, count: int, limit_s: float) -> None:
    assert measured(pack, count, 0.02) <= limit_s


@pytest.mark.bench
@pytest.mark.parametrize("share", [0.001, 0.02, 0.2])
def test_growth_is_linear(pack: Pack, share: float) -> None:
    few, many = measured(pack, 10_000, share), measured(pack, 50_000, share)
    assert many <= 5 * few * 1.6


@pytest.mark.bench
def test_ten_times_less_than_difflib(pack: Pack) -> None:
    old = lines_of(50_000)
    new = touched(old, 0.02)
    a, b = (redact(clean(raw(text), pack), pack, KEY) for text in (old, new))
    before = cpu_s()
    found = compare(parse(a, pack), parse(b, pack), pack)
    ours = cpu_s() - before
    before = cpu_s()
    theirs_lines = sum(1 for _ in difflib.unified_diff(old, new))
    theirs = cpu_s() - before
    print(f"ours {ours:.2f} s, difflib {theirs:.2f} s: {theirs / ours:.1f}x")  # noqa: T201
    assert found.changes
    assert theirs_lines
    assert theirs >= 10 * ours


@dataclass
class Session:
    """A device that answers with one text."""

    text: str
    raw: bytes

    def ask(self, request: Request) -> Evidence:
        return Evidence(
            id="hz#001",
            device="hz",
            request=request,
            raw=self.raw,
            text=self.text,
            decoded_as="utf-8",
            started_at=datetime.now(tz=UTC),
            elapsed_s=0.0,
            complete=True,
            error="",
        )

    def close(self) -> None:
        """Nothing to free."""


@pytest.mark.bench
def test_a_thousand_unchanged_devices(tmp_path: Path) -> None:
    """What `diff -l` does with each device once it has answered, keeping the backup included."""
    assert call("init", tmp_path / "ws").code == 0
    content = Content(tmp_path / "ws", None)
    shelf = open_shelf(content)
    text = "\n".join([*lines_of(1_400), ""])
    session = Session(text, text.encode())
    platform = content.platforms.get("huawei_vrp")
    assert platform is not None
    pack = shelf.packs.get("huawei_vrp")
    devices = [
        Device(
            name=f"hz-sw{n}",
            kind="switch",
            address=f"127.0.{n // 250}.{n % 250 + 1}",
            platform="huawei_vrp",
        )
        for n in range(1_000)
    ]
    visits = [Visit(device=device, platform=platform, pack=pack) for device in devices]
    first = [fetch(visit, session, shelf.memory, startup=False) for visit in visits]
    keep_together(shelf, first)
    shelf.baselines.keep_many(
        BASELINE,
        {
            visit.named: {RUNNING: f.running}
            for visit, f in zip(visits, first, strict=True)
            if f.running
        },
        "initial",
        "reviewer",
    )

    before, children = cpu_s(), cpu_s(resource.RUSAGE_CHILDREN)
    memory = shelf.memory
    found = [fetch(visit, session, memory, startup=False) for visit in visits]
    read = cpu_s() - before
    baselines = keep_together(shelf, found)
    kept = cpu_s() - before - read
    for fetched in found:
        left = baselines[fetched.visit.device.name]
        diff = compare_running(shelf, fetched, left, "baseline")
        assert diff.not_compared == ""
        assert diff.changes == ()
    spent, git = cpu_s() - before, cpu_s(resource.RUSAGE_CHILDREN) - children
    figures = f"{spent:.2f} s (read {read:.2f}, kept {kept:.2f}), git {git:.2f} s"
    print(f"1,000 unchanged devices: {figures}")  # noqa: T201
    assert spent <= 2.0
