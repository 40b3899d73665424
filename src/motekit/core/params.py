"""Parameters of a plugin: a frozen dataclass is the single source of its C struct, CLI options,
web form, docs table and project-file schema."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from .errors import InputError

P = TypeVar("P")
_NO_DEFAULT = dataclasses.MISSING
_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def param(
    default: Any,
    help: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[Any, ...] = (),
) -> Any:
    """A field of a Params dataclass: its default, what it means, its unit and its range."""
    metadata = {
        "help": help, "unit": unit, "minimum": minimum, "maximum": maximum, "choices": choices
    }  # fmt: skip
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class ParamInfo:
    """One parameter, described."""

    name: str
    type: Any
    default: Any
    help: str
    unit: str
    minimum: float | None
    maximum: float | None
    choices: tuple[Any, ...]


def describe(params: type[Any]) -> Iterator[ParamInfo]:
    """The parameters of a Params class in order."""
    hints = get_type_hints(params)
    for f in dataclasses.fields(params):
        meta = f.metadata
        yield ParamInfo(
            f.name, hints[f.name], f.default, meta.get("help", ""), meta.get("unit", ""),
            meta.get("minimum"), meta.get("maximum"), meta.get("choices", ()),
        )  # fmt: skip


def _coerce(value: Any, info: ParamInfo, where: str) -> Any:
    """`value` as the declared type, or an InputError that says what was expected."""
    place = f"{where}.{info.name}"
    kind = info.type
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise InputError("expected a list", where=place, value=value, way_out=_meaning(info))
        inner = dataclasses.replace(info, type=get_args(kind)[0])
        return tuple(_coerce(item, inner, where) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise InputError(
            f"expected {_KINDS.get(kind, kind.__name__)}", where=place, value=value,
            way_out=_meaning(info),
        )  # fmt: skip
    if info.choices and value not in info.choices:
        options = ", ".join(str(choice) or "''" for choice in info.choices)
        raise InputError(
            "not one of the choices", where=place, value=value, way_out=f"choose one of: {options}"
        )
    if kind in (int, float):
        _check_range(value, info, place)
    return value


def _check_range(value: float, info: ParamInfo, place: str) -> None:
    if value != value or value in (float("inf"), float("-inf")):
        raise InputError(
            "must be a finite number", where=place, value=value, way_out=_meaning(info)
        )
    low, high = info.minimum, info.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        ends = (f"at least {low}" if high is None else f"at most {high}" if low is None
                else f"{low} to {high}")  # fmt: skip
        raise InputError(
            f"out of range, allowed: {ends} {info.unit}".rstrip(), where=place, value=value,
            way_out=_meaning(info),
        )  # fmt: skip


def _meaning(info: ParamInfo) -> str:
    """What the parameter is, as the way out of a wrong value."""
    return f"{info.name} is: {info.help}" + (f" [{info.unit}]" if info.unit else "")


def from_mapping(params: type[P], given: Mapping[str, Any], where: str) -> P:
    """A Params value from a mapping (a table of mote.toml, a web form).

    Raises InputError for an unknown name (with the nearest known one), a wrong type or a
    value out of range.
    """
    infos = {info.name: info for info in describe(params)}
    values = {}
    for name, value in given.items():
        if name not in infos:
            near = difflib.get_close_matches(name, infos, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(infos)}"
            raise InputError(
                "unknown parameter", where=f"{where}.{name}", value=value, way_out=hint
            )
        values[name] = _coerce(value, infos[name], where)
    missing = [n for n, i in infos.items() if n not in values and i.default is _NO_DEFAULT]
    if missing:
        raise InputError(f"parameter {missing[0]!r} is required", where=where)
    return params(**values)


def to_mapping(params: Any) -> dict[str, Any]:
    """The inverse of `from_mapping`: plain values, tuples as lists."""
    return {
        f.name: list(v) if isinstance(v := getattr(params, f.name), tuple) else v
        for f in dataclasses.fields(params)
    }
