"""What a run tells while it goes on; the command line renders it, nothing else listens."""

from typing import Protocol

from xunjian.run.model import DeviceResult, Outcome, RunPlan, RunRecord


class Events(Protocol):
    """Called from the threads of the run, one call at a time."""

    def run_started(self, run_id: str, plan: RunPlan) -> None:
        """Announce the plan; nothing was contacted yet."""

    def device_started(self, device: str) -> None:
        """A device is about to be contacted."""

    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        """A device is stored, reached or not."""

    def note(self, device: str, text: str) -> None:
        """The engine met with something of its own, e.g. an exception; secrets are blanked."""

    def run_done(self, record: RunRecord) -> None:
        """The run is closed."""


class Silence:
    """Nobody listens."""

    def run_started(self, run_id: str, plan: RunPlan) -> None:
        """Say nothing."""

    def device_started(self, device: str) -> None:
        """Say nothing."""

    def device_done(self, result: DeviceResult, outcomes: tuple[Outcome, ...]) -> None:
        """Say nothing."""

    def note(self, device: str, text: str) -> None:
        """Say nothing."""

    def run_done(self, record: RunRecord) -> None:
        """Say nothing."""
