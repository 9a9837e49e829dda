"""The templates a run uses: read once, compiled once, safe from many threads."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from re import Pattern

from xunjian.errors import UsageError
from xunjian.parse.decoders import DECODERS, Decoder
from xunjian.parse.model import Table, Unparsed
from xunjian.parse.ntc import joined_rows, read_index, read_template
from xunjian.parse.textfsm_form import Form, Machines, TemplateError, compile_form, shipped_form
from xunjian.workspace import Workspace

FOLDER = "templates/parse"
GENERIC_PARSERS = ("ntc", "xml", "xstatus", "json", "pairs", "lines")


@dataclass(slots=True)
class TemplateCache:
    """Forms by platform and name, and the decoders; one cache per workspace and process.

    decoders: ours, or with those that a workspace's plugins add.
    """

    workspace: Workspace
    decoders: Mapping[str, Decoder] = field(default_factory=lambda: DECODERS)
    _forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    _ntc: dict[tuple[str, str], Form | None] = field(default_factory=dict)
    _index: Mapping[str, tuple[tuple[str, Pattern[str]], ...]] | None = None
    _machines: Machines = field(default_factory=Machines)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def form(self, platform: str, name: str) -> Form:
        """Give our own template `templates/parse/<platform>/<name>`.

        Raises:
            UsageError: no layer has it.
            TemplateError: it does not compile.
        """
        with self._lock:
            if (platform, name) not in self._forms:
                found = self.workspace.find(relative_path(platform, name))
                source = self.workspace.read_text(found)
                read = shipped_form if found.layer == "builtin" else compile_form
                self._forms[platform, name] = read(name, source)
            return self._forms[platform, name]

    def ntc_form(self, platform: str, command: str) -> Form | None:
        """Give the template of ntc-templates for a command, None if it has none."""
        with self._lock:
            if (platform, command) not in self._ntc:
                self._ntc[platform, command] = self._look_up(platform, command)
            return self._ntc[platform, command]

    def parse(
        self, platform: str, name: str, text: str, lines: Sequence[str] | None = None
    ) -> Table:
        """Parse with one of our templates; `lines` is the text already split, where it is.

        Raises:
            Unparsed: the text is not of this form.
        """
        try:
            form = self.form(platform, name)
        except (UsageError, TemplateError) as error:
            raise Unparsed(f"{name}: {error}") from None
        return self._machines.parse(form, text, lines)

    def parse_ntc(self, platform: str, command: str, text: str) -> Table:
        """Parse with the template of ntc-templates.

        Raises:
            Unparsed: it has none for the command, or the text is not of its form.
        """
        form = self.ntc_form(platform, command)
        if form is None:
            raise Unparsed(f"ntc: no template for {command}")
        return self._machines.parse(form, text)

    def ntc_rows(
        self, platform: str, command: str, text: str
    ) -> tuple[str, tuple[Mapping[str, object], ...]]:
        """Give the template's name and the rows exactly as ntc-templates does.

        Names are in lower case, lists stay lists, empty texts stay.

        Raises:
            Unparsed: it has no template for the command, or the text is not of its form.
        """
        form = self.ntc_form(platform, command)
        if form is None:
            raise Unparsed(f"ntc: no template for {platform} {command}")
        if ":" not in form.name:
            return form.name, self._machines.parse_raw(form, text)
        try:
            return form.name, joined_rows(platform, command, text)
        except Exception as error:  # noqa: BLE001 - foreign code, several kinds of its own
            raise Unparsed(f"{form.name}: {' '.join(str(error).split())[:200]}") from None

    def _look_up(self, platform: str, command: str) -> Form | None:
        if self._index is None:
            self._index = read_index()
        for template, pattern in self._index.get(platform, ()):
            if pattern.match(command):
                return compile_form(template, read_template(template.split(":")[0]))
        return None


def relative_path(platform: str, name: str) -> str:
    """Where a template lies in a layer: below its platform, or where its own folder says."""
    return f"{FOLDER}/{name}" if "/" in name else f"{FOLDER}/{platform}/{name}"
