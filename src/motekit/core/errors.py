"""The errors a user can meet. Each names what was wrong, where, and the way out.

The exit code is part of the type, so that every verb ends the same way:
1 a promise failed · 2 wrong use or input · 3 the machine failed · 130 interrupted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class MotekitError(Exception):
    """Base of every error that motekit raises on purpose.

    Args:
        what: one sentence: what is wrong.
        where: the file, line, field or op it was found in.
        value: the value that was seen, shortened by the caller if it is large.
        way_out: what the user can do about it.
    """

    exit_code = 2

    def __init__(
        self, what: str, *, where: object = None, value: object = None, way_out: str | None = None
    ) -> None:
        self.what = what
        self.where = None if where is None else str(where)
        self.value = value
        self.way_out = way_out
        super().__init__(self.line())

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders with everything they know."""
        return _again, (type(self), self.args, self.__dict__)

    def line(self) -> str:
        """The whole error in one line, as the terminal shows it."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.value is not None:
            text += f" (got {self.value!r})"
        if self.way_out:
            text += f"; {self.way_out}"
        return text.replace("\n", " ")

    def as_dict(self) -> dict[str, object]:
        """The same for `--json`: error, what, where, value, way_out."""
        return {
            "error": type(self).__name__,
            "what": self.what,
            "where": self.where,
            "value": None if self.value is None else repr(self.value),
            "way_out": self.way_out,
        }


def _again(
    kind: type[MotekitError], args: tuple[object, ...], state: dict[str, object]
) -> MotekitError:
    """An error as it was pickled, without calling its constructor."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


@contextlib.contextmanager
def found_in(where: object) -> Iterator[None]:
    """Say of every error inside in which file or field it was found: "mote.toml: signal"."""
    try:
        yield
    except MotekitError as error:
        error.where = f"{where}: {error.where}" if error.where else str(where)
        error.args = (error.line(),)
        raise


class InputError(MotekitError):
    """Wrong use or wrong input: exit code 2."""


class PromiseError(MotekitError):
    """A promise failed (a mismatch, a budget exceeded): exit code 1."""

    exit_code = 1


class MachineError(MotekitError):
    """The machine failed (disk full, device gone, a tool missing): exit code 3."""

    exit_code = 3
