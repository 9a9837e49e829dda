"""Things by their English names: given once in the register, used in every document."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report_samples import a_model
from xunjian.config.model import ConfigDiff
from xunjian.inventory import load_inventory
from xunjian.language import Language, Text
from xunjian.report import FILES, ReportModel, render
from xunjian.report.english import in_english
from xunjian.report.local import named
from xunjian.settings import load_settings
from xunjian.workspace import open_workspace

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
HOSTS = """\
sw1:
  hostname: 127.0.20.1
  data: {kind: switch, label: {zh: 核心交换机, en: Core switch}, site: hz}
env1:
  hostname: 127.0.20.2
  data:
    kind: sensor
    label: 动环网关
    site: hz
    registers:
      市电: {address: 1, label: {zh: 市电, en: mains}}
      烟感: {address: 2}
"""
SITES = "sites: {hz: {title: {zh: 杭州, en: Hangzhou}, level: city}}\n"


def test_the_register_names_devices_and_points_in_english(tmp_path: Path) -> None:
    folder = tmp_path / "inventory"
    folder.mkdir()
    (folder / "hosts.yml").write_text(HOSTS, "utf-8")
    (folder / "sites.yml").write_text(SITES, "utf-8")
    inventory = load_inventory(folder)
    device, gateway = inventory.devices.values()
    assert (device.label, device.title, gateway.label) == ("核心交换机", "核心交换机", "动环网关")
    assert gateway.registers["市电"].label == "市电"
    assert inventory.in_english == {
        "杭州": "Hangzhou",
        "核心交换机": "Core switch",
        "市电": "mains",
    }


def test_the_settings_name_contract_and_project_in_english(tmp_path: Path) -> None:
    (tmp_path / "xunjian.yml").write_text(
        "contract: {customer: {zh: 水利局, en: Water bureau}, contractor: 某公司}\n"
        "document: {project: {zh: 会商, en: Conferencing}, recipients: [{zh: 值班室, en: Duty desk}]}\n",
        "utf-8",
    )
    settings = load_settings(open_workspace(tmp_path))
    assert (settings.contract_customer, settings.contract_contractor) == ("水利局", "某公司")
    assert (settings.document_project, settings.document_recipients) == ("会商", ("值班室",))
    assert dict(settings.listed())["document.project"].value == "会商"
    assert settings.in_english == {
        "水利局": "Water bureau",
        "会商": "Conferencing",
        "值班室": "Duty desk",
    }


def test_a_name_inside_a_longer_word_is_another_word() -> None:
    names = {"市电": "mains", "核心交换机一": "core switch 1", "核心交换机": "core switches"}
    said = Text("市电：告警", "市电: alarm (核心交换机一, 核心交换机), 城市电力")
    assert in_english((said,), names)[0] == Text(
        said.zh, "mains: alarm (core switch 1, core switches), 城市电力"
    )


@pytest.fixture(scope="module")
def english() -> ReportModel:
    model = a_model()
    names = {sheet.device.label: f"Device {n}" for n, sheet in enumerate(model.sheets)}
    return replace(model, names=names | {"省水利信息中心": "Provincial centre"})


@pytest.mark.parametrize("form", sorted(FILES.keys() - {"pdf", "docx", "xlsx"}))
def test_every_document_uses_them_in_english_alone(english: ReportModel, form: str) -> None:
    read = lambda name: (TEMPLATES / name).read_bytes()  # noqa: E731
    label = english.sheets[1].device.label
    in_zh = render(english, form, Language.ZH, read).decode()
    in_en = render(english, form, Language.EN, read).decode()
    assert "Device 1" not in in_zh
    assert label not in in_en
    assert ("Device 1" in in_en) == (label in in_zh)


def test_what_was_read_word_for_word_stays(english: ReportModel) -> None:
    name = english.sheets[0].device.label
    quoted = replace(english.changes[0].changes[0], old=(f" description {name}",))
    diff: ConfigDiff = replace(english.changes[0], changes=(quoted,))
    told = named(replace(english, changes=(diff,), excerpts={"e": name}), Language.EN)
    assert told.changes[0].changes[0].old == (f" description {name}",)
    assert told.changes[0].label == "Device 0"
    assert told.excerpts == {"e": name}
    assert told.head.customer == "Provincial centre"
    assert [s.device.name for s in told.sheets] == [s.device.name for s in english.sheets]
    assert json.loads(render(told, "json", Language.EN, lambda _: b""))["devices"][0]["label"] == (
        "Device 0"
    )
