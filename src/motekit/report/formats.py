"""Numbers as people read them."""

from __future__ import annotations

import math

from motekit.core.figures import Figure

COUNTED = frozenset(
    {
        "B",
        "MACs",
        "cycles",
        "features",
        "instructions",
        "recordings",
        "subjects",
        "weights",
        "windows",
    }
)
_PRINTED = {
    "fraction": "%",
    "m/s2": "m/s²",
    "Cel": "°C",
    "%RH": "% RH",
    "std": "standard deviations",
}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _significant(value: float, digits: int = 3) -> str:
    """Three significant digits, thousands grouped, powers of ten beyond 10⁷ or below 10⁻³."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if -4 < exponent < 7:
        decimals = max(0, digits - 1 - exponent)
        return f"{value:,.{decimals}f}"
    mantissa = value / 10.0**exponent
    return f"{mantissa:.{digits - 1}f}×10{str(exponent).translate(_SUPERSCRIPT)}"


def number(value: float, unit: str = "") -> str:
    """A value without its unit: "4,812", "83.4" (per cent of a fraction), "0.642", "1.20×10⁻⁶"."""
    if not math.isfinite(value):
        return "–"
    if unit == "fraction":
        per_cent = value * 100
        return f"{per_cent:.2f}" if 0 < abs(per_cent) < 1 else f"{per_cent:.1f}"
    if unit in COUNTED or (float(value).is_integer() and abs(value) < 1e7):
        return f"{value:,.0f}"
    return _significant(value)


def unit(name: str) -> str:
    """The unit as printed behind a number: SenML's spelling made readable."""
    return _PRINTED.get(name, name)


def count(value: float, one: str, many: str = "") -> str:
    """ "1 window", "2,133 windows"."""
    return f"{value:,.0f}\u00a0{one if value == 1 else many or one + 's'}"


def figure(value: Figure) -> str:
    """A figure with its unit: "4,812 B", "83.4 %"."""
    return f"{number(value.value, value.unit)}\u00a0{unit(value.unit)}".rstrip()


def interval(value: Figure) -> str:
    """The interval of a figure, "0.58 to 0.83 ms", or "" where there is none."""
    if value.low is None or value.high is None:
        return ""
    low, high = number(value.low, value.unit), number(value.high, value.unit)
    return f"{low} to {high}\u00a0{unit(value.unit)}".rstrip()


def bytes_(value: float) -> str:
    """Bytes as "4.7 kB" from 10,000 on (1 kB = 1,000 B), else "4,812 B"."""
    return f"{value / 1000:,.1f}\u00a0kB" if value >= 10_000 else f"{value:,.0f}\u00a0B"


def days(value: float) -> str:
    """A span in the unit people use: "14 h", "62 days", "3.3 years"."""
    if value >= 730:
        return f"{value / 365.25:,.1f}\u00a0years"
    if value >= 3:
        return f"{value:,.0f}\u00a0days"
    return f"{value * 24:,.1f}\u00a0h"
