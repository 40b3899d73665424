"""Boards: one TOML file each, every fact with the place it was read."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any

from motekit.core.errors import InputError
from motekit.core.target import BoardSpec

_FOLDER = resources.files("motekit.targets") / "boards"
_TRIPLES = ("wait_state_factor", "energy_pj_per_cycle")
_SCALARS = ("clock_hz", "flash_bytes", "ram_bytes", "sleep_uw", "ble_nj_per_byte", "ble_event_uj")
_NEEDED = ("clock_hz", "flash_bytes", "ram_bytes", "sleep_uw", *_TRIPLES)


@functools.cache
def names() -> tuple[str, ...]:
    """Names of all boards, sorted; no file is read."""
    files = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


@functools.cache
def load(name: str) -> BoardSpec:
    """The board of a name. Raises InputError, with the known names or the field that is wrong."""
    if name not in names():
        raise InputError(
            "there is no board of this name",
            value=name,
            way_out=f"choose one of: {', '.join(names())}",
        )
    return parse(name, (_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> BoardSpec:
    """A board file as a BoardSpec.

    Each fact is a table with `source` and either `value`, or `low`, `typical` and `high`.
    """
    where = f"boards/{name}.toml"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("not TOML", where=where, value=str(error)) from error
    facts = content.get("facts", {})
    unknown = sorted(set(facts) - set(_TRIPLES) - set(_SCALARS))
    if unknown:
        raise InputError("unknown fact", where=where, value=unknown[0])
    for needed in _NEEDED:
        if needed not in facts:
            raise InputError("a fact is missing", where=where, value=needed)
    values: dict[str, Any] = {key: _value(where, key, facts[key]) for key in facts}
    for key in ("title", "core"):
        if not isinstance(content.get(key), str):
            raise InputError("must be a text", where=f"{where}: {key}", value=content.get(key))
    return BoardSpec(
        name=name,
        title=content["title"],
        core=content["core"],
        sources={key: str(fact["source"]) for key, fact in facts.items()},
        **values,
    )


def _value(where: str, key: str, fact: Any) -> Any:
    if not isinstance(fact, dict) or not fact.get("source"):
        raise InputError("a fact needs a source", where=f"{where}: {key}")
    wanted = ("low", "typical", "high") if key in _TRIPLES else ("value",)
    numbers: list[float] = []
    for part in wanted:
        number = fact.get(part)
        if isinstance(number, bool) or not isinstance(number, int | float) or number < 0:
            raise InputError("must be a number ≥ 0", where=f"{where}: {key}.{part}", value=number)
        numbers.append(number)
    if key in _TRIPLES:
        if numbers != sorted(numbers):
            raise InputError("must be low ≤ typical ≤ high", where=f"{where}: {key}", value=numbers)
        return tuple(float(n) for n in numbers)
    return numbers[0]
