"""Our machine gives what TextFSM's own gives, on templates that use all of its grammar."""

import io
from collections.abc import Callable

import pytest
import textfsm
from hypothesis import given, settings
from hypothesis import strategies as st

from xunjian.parse.machine import Machine

TEMPLATES = {
    "continue_and_list": """\
Value Required PORT (\\S+)
Value List VLAN (\\d+)
Value Filldown SLOT (\\d+)

Start
  ^Slot ${SLOT}
  ^Port ${PORT} -> Continue.Record
  ^Port ${PORT}
  ^.*vlan ${VLAN}(,|$$) -> Continue
  ^.*vlan \\d+,${VLAN}(,|$$) -> Next
  ^end -> Clearall
  ^\\s*$$
  ^. -> Error
""",
    "states": """\
Value NAME (\\w+)
Value STATE (up|down)

Start
  ^begin -> Table
  ^. -> Next

Table
  ^${NAME}\\s+${STATE} -> Record
  ^stop -> End
  ^bad -> Error "bad line"
""",
    "options": """\
Value Filldown SLOT (\\d+)
Value Fillup VLAN (\\d+)
Value List,Filldown WORD (\\w+)
Value Required,Key PORT (\\S+)

Start
  ^Slot ${SLOT} -> Clear
  ^(?:Port|port) ${PORT}.* -> Record
  ^(?:Port|port) ${PORT}.* vlan ${VLAN} -> Record
  ^begin -> Continue.Record
  ^${WORD} up -> Continue
  ^.*vlan ${VLAN}
  ^end -> Next.Clearall Start
  ^bad -> Error
""",
    "unmovable": """\
Value TWICE ((\\w)\\2)
Value WORD ((?i:abc))

Start
  ^${TWICE}$$ -> Record
  ^${WORD}$$ -> Record
  ^. -> Next
""",
}
LINES = (
    "Slot 1",
    "Port GE1 vlan 5",
    "Port GE2 vlan 7,8",
    "port vlan 9",
    "end",
    "",
    "begin",
    "alpha up",
    "beta down",
    "stop",
    "bad",
    "aa",
    "ABC",
    "nonsense",
)


def outcome(machine: Callable[[io.StringIO], textfsm.TextFSM], template: str, text: str) -> object:
    try:
        return machine(io.StringIO(template)).ParseText(text)
    except textfsm.TextFSMError as error:
        return str(error)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
@settings(deadline=None)  # a busy machine is no mistake of ours
@given(lines=st.lists(st.sampled_from(LINES), max_size=12))
def test_same_rows_and_same_errors_as_the_original(name: str, lines: list[str]) -> None:
    text = "\n".join(lines)
    ours = outcome(Machine, TEMPLATES[name], text)
    assert ours == outcome(textfsm.TextFSM, TEMPLATES[name], text)


def test_a_machine_used_again_remembers_nothing() -> None:
    machine = Machine(io.StringIO(TEMPLATES["states"]))
    first = [list(row) for row in machine.ParseText("begin\nalpha up\nstop")]
    machine.Reset()
    assert [list(row) for row in machine.ParseText("begin\nalpha up\nstop")] == first
