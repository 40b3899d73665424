"""What a channel measures: every block says which quantities it means something for.

A channel without a unit, or with counts, may be anything and passes; so does a unit that is not
in the table of motekit.recordings.units.
"""

from __future__ import annotations

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.common import named
from motekit.recordings.units import NO_UNIT, UNITS, unit

PLAIN = frozenset({"", "1", "count", "counts", "/", NO_UNIT})  # of anything, or of full scale
POTENTIAL, CURRENT, PRESSURE, CONDUCTANCE = "V", "A", "Pa", "S"
ACCELERATION, TURNING, FIELD = "m/s2", "rad/s", "T"
SPEED, PLACE, FORCE = "m/s", "m", "N"
VECTORS = ("/", ACCELERATION, FIELD, TURNING, SPEED, PLACE, FORCE)  # what has a direction
# What swings about a mean, so that its powers mean something; no levels in dB, no clocks.
SWINGING = (
    "/", POTENTIAL, CURRENT, PRESSURE, CONDUCTANCE, ACCELERATION, TURNING, FIELD, SPEED, PLACE,
    FORCE, "W", "W/m2", "lx",
)  # fmt: skip

WORDS = {
    POTENTIAL: "volts", CURRENT: "amperes", PRESSURE: "Pa", CONDUCTANCE: "siemens",
    ACCELERATION: "g or m/s2", TURNING: "rad/s or deg/s", FIELD: "uT", SPEED: "m/s",
    PLACE: "metres", FORCE: "newtons", "W": "watts", "W/m2": "W/m2", "lx": "lx", "/": "ratios",
}  # fmt: skip


def primary(text: str) -> str:
    """The primary unit of a unit: "V" of "uV"; "" where it may be anything."""
    symbol = text.strip()
    if symbol in PLAIN:
        return ""
    try:
        found = unit(symbol)
    except InputError:
        return ""
    return "" if found.symbol in PLAIN else found.primary


def factor(text: str) -> float:
    """What one of a unit is in its primary unit; 1 where it may be anything."""
    return UNITS[unit(text).symbol].factor if primary(text) else 1.0


def require_quantity(
    block: str, signal: Signal, accepted: tuple[str, ...], what: str, way_out: str
) -> None:
    """Raises InputError for a channel whose unit measures something else.

    Args:
        accepted: primary units that the block means something for.
        what: what the block takes, for people: "sound".
        way_out: what to do with another quantity.
    """
    for name, given in zip(signal.channels, signal.units, strict=True):
        kind = primary(given)
        if kind and kind not in accepted:
            known = ", ".join(WORDS[each] for each in accepted)
            raise InputError(
                f"{block} takes {what} (counts, no unit, {known}), channel {name} is in {given}",
                where=f"{block}.unit", value=given, way_out=way_out,
            )  # fmt: skip


def require_vector(block: str, signal: Signal, counts: tuple[int, ...]) -> None:
    """Raises InputError unless the channels are the axes of one vector.

    Args:
        counts: how many axes the block takes.
    """
    if len(signal.channels) not in counts:
        many = " or ".join({2: "two", 3: "three"}[n] for n in counts)
        way_out = f"choose them, such as channels = {list(range(counts[-1]))}"
        if len(signal.channels) < counts[0]:
            way_out = "feed it the other axes of the sensor too, or use another block"
        raise InputError(
            f"{block} takes {many} axes of one sensor, {named(signal)}",
            where=f"{block}.channels", way_out=way_out,
        )  # fmt: skip
    if len(set(signal.units)) > 1 or len(set(signal.scale)) > 1:
        raise InputError(
            "the axes must have one unit and one scale", where=block,
            value=[f"{s:g} {u}" for s, u in zip(signal.scale, signal.units, strict=True)],
            way_out="choose the axes of one sensor",
        )  # fmt: skip
    require_quantity(
        block, signal, VECTORS, "the axes of a vector",
        "choose an accelerometer, a gyroscope or a magnetometer",
    )  # fmt: skip
