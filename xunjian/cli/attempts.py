"""Formats made one after the other: what is wrong with one keeps no other from being made."""

from collections.abc import Iterator
from contextlib import contextmanager

from xunjian.cli.output import Output
from xunjian.errors import ContentError, Problem, UsageError


class Attempts:
    """What went wrong with the formats of one set of documents; told when all were tried."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._others: dict[str, UsageError] = {}  # a volume says again what the report said

    @contextmanager
    def one(self) -> Iterator[None]:
        """Go on after a mistake in a template or a missing font; anything else ends it all."""
        try:
            yield
        except ContentError as error:
            self._problems.update(dict.fromkeys(error.problems))
        except UsageError as error:
            self._others.setdefault(str(error), error)

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
