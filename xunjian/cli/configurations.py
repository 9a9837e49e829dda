"""What `backup`, `baseline` and `diff -l` share: whom to ask, where texts are kept."""

from collections.abc import Generator, Sequence

from xunjian.cli.output import Output
from xunjian.config.baselines import RUNNING, STARTUP
from xunjian.errors import NothingSelected
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.configurations import Fetched, fetch_all, visits_of
from xunjian.run.shelf import Shelf

DEADLINE_S = 300.0


def fetch(
    shelf: Shelf,
    output: Output,
    devices: Sequence[Device],
    *,
    workers: int,
    startup: bool,
) -> Generator[Fetched, None, None]:
    """Fetch the configurations of the devices that have one; yields as they come.

    Raises:
        NothingSelected: none of them has a configuration that we know how to ask for.
        ReadOnlyViolation: a platform's rules refuse its pack's command; nothing was sent.
    """
    content = shelf.content
    visits, without = visits_of(devices, content.platforms.get, shelf.packs.get)
    for device in without:
        why = Text("未做（不知道怎样读配置）", "left out (no way to read its configuration)")
        output.say(f"{device.name}: {output.text(why)}")
    if not visits:
        raise NothingSelected(
            Text("选中的设备都没有可读的配置", "none of the selected devices has a configuration")
        )
    yield from fetch_all(
        visits,
        lambda device: content.open_session(device, DEADLINE_S),
        shelf.memory,
        workers=workers,
        startup=startup,
    )


def say_shrunk(output: Output, fetched: Fetched) -> None:
    """Say that a text was not kept because it lost too many lines."""
    name = fetched.visit.device.name
    output.say(
        Text(
            f"{name}: 行数比基线少四成以上，不保存；确属变更就用 backup --may-shrink",
            f"{name}: lost more than 40 % of the baseline's lines, not kept; if that is meant: "
            "backup --may-shrink",
        )
    )


def say_troubles(output: Output, fetched: Fetched) -> None:
    """Say on stderr why a device's configuration is missing or may not be believed."""
    from xunjian.report import words

    name = fetched.visit.device.name
    if fetched.running is None:
        reason = output.text(words.word(words.REASONS, fetched.reason))
        output.say(f"{name}: {reason}")
    for text, what in ((fetched.running, RUNNING), (fetched.startup, STARTUP)):
        for trouble in text.trust.reasons if text is not None else ():
            doubt = output.text(Text("不可信", "not trustworthy"))
            output.say(f"{name}: {what} {doubt}: {output.text(trouble)}")
    for note in fetched.notes:
        output.say(f"{name}: {output.text(note)}")
