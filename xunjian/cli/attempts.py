"""Formats made one after the other: what is wrong with one keeps no other from being made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from xunjian.cli.output import Output
from xunjian.errors import ContentError, Problem, UsageError
from xunjian.language import Text


class Attempts:
    """What went wrong with the formats of one set of documents; told when all were tried.

    own: names of layouts that stand in for usual ones, which the makers know by those names only.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = own or {}
        self._problems: dict[Problem, None] = {}
        self._others: dict[str, UsageError] = {}  # a volume says again what the report said

    @contextmanager
    def one(self) -> Iterator[None]:
        """Go on after a mistake in a template or a missing font; anything else ends it all."""
        try:
            yield
        except ContentError as error:
            named = (replace(one, file=self._named(one.file)) for one in error.problems)
            self._problems.update(dict.fromkeys(named))
        except UsageError as error:
            message, hint = error.message, error.hint
            told = UsageError(*(Text(*map(self._named, (t.zh, t.en))) for t in (message, hint)))
            self._others.setdefault(str(told), told)

    def _named(self, said: str) -> str:
        for usual, own in self._own.items():
            said = said.replace(usual, own)
        return said

    def tell(self, output: Output) -> None:
        """Say everything that went wrong.

        Raises:
            ContentError: a template is wrong.
            UsageError: something else is missing or wrong.
        """
        errors: list[ContentError | UsageError] = list(self._others.values())
        if self._problems:
            errors.append(ContentError(tuple(self._problems)))
        for error in errors[:-1]:
            output.error(error)
        if errors:
            raise errors[-1]
