"""Yesterday's round: what gives the lab's counters and comparisons a past."""

from xunjian.lab.folder import LabFolder


def record_clean_round(folder: LabFolder) -> None:
    """Run a clean round over the lab and leave it in the workspace's store."""
    folder.history.write_text("", encoding="utf-8")
