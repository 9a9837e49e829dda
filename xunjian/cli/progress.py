"""How a run shows itself: a live line on a terminal, plain lines elsewhere, all to stderr."""

import sys
import time
from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from typing_extensions import override

from xunjian.checks.model import BAD, Verdict
from xunjian.cli.output import Output, harmless
from xunjian.language import Text
from xunjian.report import words
from xunjian.run.model import DeviceResult, Outcome, RunPlan, RunRecord


class PlainLines:
    """One line per device as it is done: for cron, CI and logs."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._begun = time.monotonic()

    def run_started(self, run_id: str, plan: RunPlan) -> None:
        """Say what is planned."""
        asked = sum(len(pair.tasks) for pair in plan.pairs)
        self._output.say(
            Text(
                f"{run_id}：{len(plan.pairs)} 台设备，{asked} 项，未做 {len(plan.left_out)} 项",
                f"{run_id}: {len(plan.pairs)} devices, {asked} items, "
                f"{len(plan.left_out)} left out",
            )
        )

    def device_started(self, device: str) -> None:
        """Say nothing: a line per device is enough."""

    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        """Say how the device stands."""
        self._output.say(self._output.text(device_line(result, outcomes)))

    def note(self, device: str, text: str) -> None:
        """Pass on what the engine met with."""
        self._output.say(f"{device}: {harmless(text.splitlines()[-1] if text else '')}")

    def run_done(self, record: RunRecord) -> None:  # noqa: ARG002 - the protocol's signature
        """Say how long it took."""
        seconds = time.monotonic() - self._begun
        self._output.say(Text(f"用时 {seconds:.1f} 秒", f"took {seconds:.1f} s"))

    def stop(self) -> None:
        """Nothing is to be taken away."""


class LiveLine(PlainLines):
    """A bar on the terminal; devices with something to say are printed above it."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._progress = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._bar = TaskID(0)
        self._open: dict[str, None] = {}

    @override
    def run_started(self, run_id: str, plan: RunPlan) -> None:
        """Start the bar."""
        super().run_started(run_id, plan)
        self._bar = self._progress.add_task("", total=len(plan.pairs))
        self._progress.start()

    @override
    def device_started(self, device: str) -> None:
        """Show who is being asked."""
        self._open[device] = None
        self._show()

    @override
    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        """Advance; print the device when a person has to look at it."""
        self._open.pop(result.name, None)
        if not (result.reached or result.is_awaited) or _bad(outcomes):
            line = self._output.text(device_line(result, outcomes))
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
        self._progress.advance(self._bar)
        self._show()

    @override
    def run_done(self, record: RunRecord) -> None:
        """Take the bar away."""
        self.stop()
        super().run_done(record)

    @override
    def stop(self) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()

    def _show(self) -> None:
        names = list(self._open)
        text = " ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")
        self._progress.update(self._bar, description=text[:48])


def device_line(result: DeviceResult, outcomes: tuple[Outcome, ...]) -> Text:
    """One device in one line: name, verdicts, or why it was not reached."""
    counted = Counter(f.verdict for outcome in outcomes for f in outcome.findings)
    zh = " ".join(f"{v.word.zh} {counted[v]}" for v in Verdict if counted[v])
    en = " ".join(f"{v.word.en} {counted[v]}" for v in Verdict if counted[v])
    if not result.reached and not result.is_awaited:
        reason = words.word(words.REASONS, result.reason)
        return Text(
            f"{result.name}  未到达：{reason.zh}  {zh}".rstrip(),
            f"{result.name}  not reached: {reason.en}  {en}".rstrip(),
        )
    return Text(f"{result.name}  {zh}", f"{result.name}  {en}")


def _bad(outcomes: tuple[Outcome, ...]) -> bool:
    return any(f.verdict in BAD for outcome in outcomes for f in outcome.findings)
