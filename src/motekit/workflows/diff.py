"""Two builds side by side: what the second takes more or less of than the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motekit.deploy import record

ABOUT = ("kind", "name", "core", "optimize", "compiler", "opt", "motekit", "cycles_tag")
COUNTED = ("cycles", "cycles_max", "glue_cycles", "macs", "mismatches")


@dataclass(frozen=True)
class Change:
    """One figure in both builds; None where a build does not have it."""

    name: str
    a: float | None
    b: float | None

    @property
    def difference(self) -> float | None:
        """b − a."""
        return None if self.a is None or self.b is None else self.b - self.a

    @property
    def ratio(self) -> float | None:
        """(b − a) / a."""
        return self.difference / self.a if self.a and self.difference is not None else None

    def as_dict(self) -> dict[str, object]:
        return {"a": self.a, "b": self.b, "difference": self.difference, "ratio": self.ratio}


@dataclass(frozen=True)
class LayerChange:
    """A layer in both builds, by its name; None where a build does not have it."""

    name: str
    kernel_a: str | None
    kernel_b: str | None
    cycles: Change
    nbytes: Change

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "kernel_a": self.kernel_a,
            "kernel_b": self.kernel_b,
            "cycles": self.cycles.as_dict(),
            "bytes": self.nbytes.as_dict(),
        }


@dataclass(frozen=True)
class Difference:
    """Two builds.

    Args:
        about_a, about_b: what they are: name, core, mode, compiler …
        totals: every figure that one of them has.
        layers: in the order of a, then those that only b has.
    """

    about_a: Mapping[str, object]
    about_b: Mapping[str, object]
    totals: tuple[Change, ...]
    layers: tuple[LayerChange, ...]

    def as_dict(self) -> dict[str, object]:
        """The object that `motekit diff --json` prints."""
        return {
            "a": dict(self.about_a),
            "b": dict(self.about_b),
            "totals": {c.name: c.as_dict() for c in self.totals},
            "layers": [layer.as_dict() for layer in self.layers],
        }


def diff_builds(a: Path, b: Path) -> Difference:
    """Compare two builds, of bare networks or of whole programs.

    Raises InputError if one of them is no build.
    """
    one, two = record.read(a), record.read(b)
    names = [n for n in dict.fromkeys((*one, *two)) if _is_figure(one, n) or _is_figure(two, n)]
    totals = tuple(Change(n, _figure(one, n), _figure(two, n)) for n in names)
    return Difference(
        {"path": str(a), **{k: one[k] for k in ABOUT if k in one}},
        {"path": str(b), **{k: two[k] for k in ABOUT if k in two}},
        totals,
        _layers(one, two),
    )


def _is_figure(found: Mapping[str, Any], name: str) -> bool:
    """Costs and counts; versions and derived shares are none."""
    value = found.get(name)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    counted = name in COUNTED or name.endswith("_bytes") or name.startswith(("cycles_", "flash: "))
    return number and counted


def _figure(found: Mapping[str, Any], name: str) -> float | None:
    return found[name] if _is_figure(found, name) else None


def _layers(one: Mapping[str, Any], two: Mapping[str, Any]) -> tuple[LayerChange, ...]:
    rows_a = {str(row["name"]): row for row in one.get("layers", ())}
    rows_b = {str(row["name"]): row for row in two.get("layers", ())}
    return tuple(
        LayerChange(
            name,
            _get(rows_a, name, "kernel"),
            _get(rows_b, name, "kernel"),
            Change("cycles", _get(rows_a, name, "cycles"), _get(rows_b, name, "cycles")),
            Change("bytes", _constants(rows_a.get(name)), _constants(rows_b.get(name))),
        )
        for name in dict.fromkeys((*rows_a, *rows_b))
    )


def _get(rows: Mapping[str, Mapping[str, Any]], name: str, key: str) -> Any:
    return rows.get(name, {}).get(key)


def _constants(row: Mapping[str, Any] | None) -> int | None:
    return None if row is None else int(row["weight_bytes"]) + int(row["table_bytes"])
