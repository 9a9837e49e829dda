"""Answers that look well and are not: recognised, said, never "normal".

What only code can show stands elsewhere: JSON inside JSON and noSuchInstance in
test_parse_rows.py, duplicate and contradicting row keys in test_collect.py, cleared and wrapped
counters in test_judge.py (test_delta), a page that does not come in time in test_transport_protocols.py,
every good case emptied, cut, late or replaced by a login page in test_no_evidence.py.
"""

import pytest

from tests.devices.test_cases import HERE
from tests.fixtures.shipped import content
from xunjian.checks.model import Finding
from xunjian.testing.cases import run_case
from xunjian.testing.replay import CannedAnswer

HTML = b"<html><body>Please log in</body></html>"


def findings(case: str, check: str) -> list[Finding]:
    catalog, platforms, templates = content()
    path = HERE / case / "case.yml"
    result = run_case(path, catalog=catalog, platforms=platforms, templates=templates)
    return [one for one in result.findings if one.check == check]


@pytest.mark.parametrize(
    ("case", "check", "verdict"),
    [
        # HTTP 200 with an error inside, in JSON, in XML, or a login page
        ("fortinet/cpu_memory/error_under_200", "cpu_memory.cpu", "unknown"),
        ("roomos/registration/error_200", "registration.state", "unknown"),
        ("poly_videoos/identity/error_200", "identity.known", "unknown"),
        ("redfish/controller/fault_html", "controller.power", "unknown"),
        # noSuchInstance and noSuchObject
        ("apc_powernet/identity/empty", "identity.known", "unknown"),
        ("rfc1628/battery/empty", "battery.charge", "unknown"),
        # a counter that went back
        ("huawei_vrp/interfaces/other_cleared", "interfaces.errors", "not_checked"),
        ("eaton_xups/ups_events/other_counter_reset", "ups_events.input", "warning"),
        # -6 °C sent as 65530 and as 4294967290
        ("rfc1628/battery/other_cold_16_bit", "battery.temperature", "warning"),
        ("rfc1628/battery/other_cold_unsigned", "battery.temperature", "warning"),
        # a controller's page that does not come within 40 s
        ("redfish/controller/other_slow", "controller.temperature", "unknown"),
    ],
)
def test_bad_input_is_said(case: str, check: str, verdict: str) -> None:
    found = findings(case, check)
    assert {one.verdict.value for one in found if one.verdict != "not_applicable"} >= {verdict}
    for one in found:
        if one.verdict.value == verdict:
            assert one.message.zh
            assert one.message.en


def test_the_temperature_is_the_negative_one() -> None:
    for case in ("rfc1628/battery/other_cold_16_bit", "rfc1628/battery/other_cold_unsigned"):
        (finding,) = findings(case, "battery.temperature")
        assert finding.value == -6


def test_one_row_key_twice_is_no_reading() -> None:
    """The same fan printed twice with two states: neither is believed."""
    catalog, platforms, templates = content()

    def doubled(answer: CannedAnswer) -> CannedAnswer:
        lines = answer.raw.decode().splitlines(keepends=True)
        again = [line.replace("Normal", "Abnormal") for line in lines if "Normal" in line]
        return CannedAnswer(raw="".join([*lines, *again]).encode())

    result = run_case(
        HERE / "huawei_vrp/environment/good_ce/case.yml",
        catalog=catalog,
        platforms=platforms,
        templates=templates,
        spoil=doubled,
    )
    fans = [one for one in result.findings if one.check == "environment.fan"]
    assert [(one.subject, one.verdict.value) for one in fans] == [("-", "unknown")]
    assert "two rows of one key" in fans[0].message.en
