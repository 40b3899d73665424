"""The preflight's findings: ops that cannot be lowered, all in one error before any work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motekit.core.errors import InputError

SHOWN = 20  # problems spelled out in one error


@dataclass(frozen=True)
class Problem:
    """An op that cannot be lowered: where it is, why not, and the nearest way out."""

    index: int
    kind: str
    name: str
    shape: tuple[int, ...]
    reason: str
    way_out: str

    def line(self) -> str:
        shape = "x".join(map(str, self.shape)) or "scalar"
        tail = f" ({self.way_out})" if self.way_out else ""
        return f"op {self.index} {self.kind} {self.name!r} {shape}: {self.reason}{tail}"


def problem(index: int, kind: str, name: str, shape: tuple[int, ...], error: InputError) -> Problem:
    """The finding that an error tells."""
    reason = error.what if error.value is None else f"{error.what} (got {error.value!r})"
    return Problem(index, kind, name, shape, reason, error.way_out or "")


def refuse(problems: Sequence[Problem], path: Path) -> None:
    """Raise one InputError that lists them all; return if there are none."""
    if not problems:
        return
    lines = [p.line() for p in problems]
    more = f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    raise InputError(
        f"{len(lines)} op(s) cannot be lowered: {'; '.join(lines[:SHOWN])}{more}", where=path
    )
