"""Registers of a Modbus device: which points it has is said in the inventory, never in code.

Modbus Application Protocol Specification V1.1b3: functions 1 and 2 read bits (coils, discrete
inputs), 3 and 4 read 16-bit words (holding and input registers), most significant byte first.
Nothing says how two words make one figure, or what a figure means: every maker decides anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from xunjian.content_fields import given_text
from xunjian.language import Text
from xunjian.schema import Model, reject

FORMATS: Mapping[str, int] = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2}
BIT_FUNCTIONS = frozenset({1, 2})
# what a point measures; each is judged by its own check
MEASURES = (
    "temperature", "humidity", "leak", "smoke", "door", "power", "cooling",
    "return_air", "supply_air", "voltage", "current", "fuel", "running", "alarm", "other",
)  # fmt: skip
# What sensors send when their probe is gone: the ends of the range.
_NO_VALUE: Mapping[str, tuple[int, ...]] = {"int16": (0x7FFF, 0x8000), "uint16": (0xFFFF,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One point of a Modbus device.

    address: as it goes over the wire, from 0; a manual that counts from 1 or from 40001 says one
        or 40001 more.
    words: `big`: the more significant word comes first.
    bit: of an alarm word only this bit, from 0.
    missing: raw words (of two registers the first) that mean that the probe gives nothing.
    normal: the value of a contact at rest; None: a figure, judged by its limits.
    low, high: limits of this very point, where no check knows better.
    """

    address: int
    function: int = 3
    type: str = "uint16"
    scale: float = 1.0
    offset: float = 0.0
    words: str = "big"
    bit: int | None = None
    missing: tuple[int, ...] = ()
    measures: str = "other"
    normal: int | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    label: str = ""
    label_en: str = ""

    @property
    def is_bit(self) -> bool:
        """Whether its value is 0 or 1."""
        return self.function in BIT_FUNCTIONS or self.bit is not None

    @property
    def question(self) -> str:
        """The request that reads it: function, first address, how many."""
        count = 1 if self.is_bit else FORMATS[self.type]
        return f"READ {self.function} {self.address} {count}"


class Title(Model):
    """A text in one or two languages."""

    zh: str
    en: str = ""


TitleOrText = str | Title


def _measure(value: str) -> str:
    if value not in MEASURES:
        listed = " ".join(MEASURES)
        raise reject(Text(f"应为以下之一：{listed}", f"one of {listed}"))
    return value


class RegisterFile(Model):
    """A register as YAML writes it; only the four reading functions exist."""

    address: Annotated[int, Field(ge=0, le=65535)]
    type: Literal["int16", "uint16", "int32", "uint32", "float32"] = "uint16"
    scale: float = 1.0
    offset: float = 0.0
    words: Literal["big", "little"] = "big"
    function: Literal[1, 2, 3, 4] = 3
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    missing: list[Annotated[int, Field(ge=0, le=65535)]] | None = None
    measures: Annotated[str, AfterValidator(_measure)] = "other"
    normal: Literal[0, 1] | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    label: TitleOrText = ""

    @model_validator(mode="after")
    def _fits(self) -> "RegisterFile":
        is_bit = self.function in BIT_FUNCTIONS or self.bit is not None
        if self.bit is not None and (self.function in BIT_FUNCTIONS or self.type != "uint16"):
            raise reject(
                Text("bit 只用于功能码 3、4 的 uint16", "bit goes with a uint16 of function 3 or 4")
            )
        if self.normal is not None and not is_bit:
            raise reject(Text("normal 只用于开关量", "normal goes with a bit only"))
        if not is_bit and self.address + FORMATS[self.type] > 65536:
            raise reject(Text("地址超出 65535", "the address goes beyond 65535"))
        return self


def register_of(entry: Mapping[str, Any]) -> Register:
    """Make a register of a valid entry; what is left out gets its default."""
    known = {key: value for key, value in entry.items() if value is not None}
    if "label" in known:
        label = given_text(known["label"])
        known |= {"label": label.zh, "label_en": label.en}
    made = Register(**{**known, "missing": tuple(known.get("missing", ()))})
    if "missing" in known or made.is_bit:
        return made
    return Register(**{**known, "missing": _NO_VALUE.get(made.type, ())})
