"""`reports/index.html`: one static page over all runs and documents of a workspace."""

from xunjian.report.portal.entry import INDEX_FILE, Entry, entry_of, index_of
from xunjian.report.portal.folder import read_entries, with_runs
from xunjian.report.portal.page import as_portal

__all__ = [
    "INDEX_FILE",
    "Entry",
    "as_portal",
    "entry_of",
    "index_of",
    "read_entries",
    "with_runs",
]
