"""The device list tells what the register says and, where it differs, what the device says."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.report_samples import a_model
from xunjian.language import Language
from xunjian.report.printed_rows import device_rows
from xunjian.report.wording import Wording


@pytest.mark.parametrize(
    ("asset", "found", "zh", "en"),
    [
        ({}, {"version": "V200R022"}, "V200R022", "V200R022"),
        ({"version": "V200R022"}, {}, "V200R022", "V200R022"),
        ({"version": "v200r022"}, {"version": "V200R022"}, "v200r022", "v200r022"),
        (
            {"version": "V200R021"},
            {"version": "V200R022"},
            "V200R021（实测 V200R022）",
            "V200R021 (found: V200R022)",
        ),
    ],
)
def test_version(asset: Mapping[str, object], found: Mapping[str, str], zh: str, en: str) -> None:
    model = a_model()
    sheet = model.sheets[0]
    changed = replace(sheet, device=replace(sheet.device, asset=asset), found=found)
    told = replace(model, sheets=(changed,))
    for language, said in ((Language.ZH, zh), (Language.EN, en)):
        (row,) = device_rows(told, Wording(language, breaks=False))
        assert row["version"] == said


def test_make_before_the_model_is_no_difference() -> None:
    model = a_model()
    sheet = model.sheets[0]
    register = {"vendor": "Huawei", "model": "S5735-L24T4X-A1", "serial": "0012"}
    changed = replace(
        sheet,
        device=replace(sheet.device, asset=register),
        found={"model": "S5735-L24T4X-A1", "serial": "0013"},
    )
    (row,) = device_rows(replace(model, sheets=(changed,)), Wording(Language.ZH, breaks=False))
    assert row["model"] == "Huawei S5735-L24T4X-A1"
    assert row["serial"] == "0012（实测 0013）"
