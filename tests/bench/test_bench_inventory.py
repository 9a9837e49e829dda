"""10,000 hosts in all four files, validated within 6 s of CPU."""

import resource
import time
from pathlib import Path

import pytest

from xunjian.errors import ContentError
from xunjian.inventory import load_inventory, select

HOSTS = 10_000
LIMIT_CPU_S = 6.0


def _host(n: int) -> str:
    uplink = f"    uplink: [dev-{n // 40:05d}]\n" if n // 40 != n else ""
    return (
        f"dev-{n:05d}:\n"
        f"  hostname: 127.0.{n >> 8 & 255}.{n & 255}\n"
        f"  groups: [g{n % 8}]\n"
        f"  password: {{env: PASSWORD_{n % 20}, rotated_on: 2026-01-01}}\n"
        "  data:\n"
        f"    label: 设备 {n}\n"
        f"    room: room{n % 400}\n"
        f"    systems: [water, government]\n{uplink}"
        f'    asset: {{model: S5735, serial: "2102350{n:08d}", rack: A{n % 40:02d}}}\n'
        f"    limits: {{environment.temperature: {{critical: {60 + n % 5}}}}}\n"
    )


def write_fleet(folder: Path, hosts: int) -> None:
    folder.mkdir()
    text = "".join(_host(n) for n in range(hosts))
    (folder / "hosts.yml").write_text(text, "utf-8")
    groups = "".join(
        f"g{n}: {{platform: huawei_vrp, groups: [base], data: {{kind: switch}}}}\n"
        for n in range(8)
    )
    (folder / "groups.yml").write_text(groups + "base: {username: reader}\n", "utf-8")
    sites = "sites:\n  p: {level: province}\n" + "".join(
        f"  c{n}: {{level: city, parent: p}}\n" for n in range(40)
    )
    rooms = "rooms:\n" + "".join(
        f"  room{n}: {{site: c{n % 40}, class: core}}\n" for n in range(400)
    )
    (folder / "sites.yml").write_text(
        sites + rooms + "systems: {water: 水利, government: 政务}\n", "utf-8"
    )


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@pytest.mark.bench
def test_ten_thousand_hosts(tmp_path: Path) -> None:
    write_fleet(tmp_path / "inventory", HOSTS)
    before, wall = cpu_s(), time.perf_counter()
    inventory = load_inventory(tmp_path / "inventory", platform_names={"huawei_vrp": "huawei_vrp"})
    spent = cpu_s() - before
    assert len(inventory.devices) == HOSTS
    before = cpu_s()
    chosen = select(inventory, "p:&water:!dev-0000*", "room.class == 'core' and not kind == 'ups'")
    print(  # noqa: T201  a measurement is for reading
        f"load {spent:.2f} s CPU, {time.perf_counter() - wall:.2f} s wall; select {cpu_s() - before:.2f} s"
    )
    assert len(chosen) == HOSTS - 10
    assert spent <= LIMIT_CPU_S


@pytest.mark.bench
def test_ten_thousand_mistakes(tmp_path: Path) -> None:
    write_fleet(tmp_path / "inventory", HOSTS)
    hosts = tmp_path / "inventory" / "hosts.yml"
    hosts.write_text(hosts.read_text("utf-8").replace("room: room", "room: rom"), "utf-8")
    before = cpu_s()
    with pytest.raises(ContentError) as caught:
        load_inventory(tmp_path / "inventory")
    print(f"{len(caught.value.problems)} mistakes in {cpu_s() - before:.2f} s CPU")  # noqa: T201
    assert len(caught.value.problems) == HOSTS
    assert cpu_s() - before <= 5 * LIMIT_CPU_S
