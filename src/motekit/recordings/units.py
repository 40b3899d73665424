"""Units of channels: the SenML registry, and a few spellings that sensors use.

Sources: RFC 8428 table 2 (primary units) and RFC 8798 tables 1 and 2 (secondary units, with
their scale to the primary one). "g" for standard gravity is not a SenML unit (there it is the
gram); every accelerometer's data sheet uses it, so it is taken, and said to mean gravity.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from motekit.core.errors import InputError

GRAVITY = 9.80665  # m/s2 in one g, standard gravity (BIPM)
NO_UNIT = "N/A"  # what Edge Impulse's files say where there is none; a source may just not tell


@dataclass(frozen=True)
class Unit:
    """A unit: how it is written, what it measures, and its value in the primary unit."""

    symbol: str
    meaning: str
    primary: str
    factor: float = 1.0


def _table(text: str) -> dict[str, Unit]:
    """Lines `symbol | meaning` or `symbol | meaning | primary unit | factor`."""
    units = {}
    for line in text.strip().splitlines():
        symbol, meaning, *rest = (part.strip() for part in line.split("|"))
        primary, factor = (rest[0], float(rest[1])) if rest else (symbol, 1.0)
        units[symbol] = Unit(symbol, meaning, primary, factor)
    return units


_PRIMARY = _table("""
m | metre
kg | kilogram
s | second
A | ampere
K | kelvin
cd | candela
mol | mole
Hz | hertz
rad | radian
sr | steradian
N | newton
Pa | pascal
J | joule
W | watt
C | coulomb
V | volt
F | farad
Ohm | ohm
S | siemens
Wb | weber
T | tesla
H | henry
Cel | degrees Celsius
lm | lumen
lx | lux
Bq | becquerel
Gy | gray
Sv | sievert
kat | katal
m2 | square metre
m3 | cubic metre
m/s | metre per second
m/s2 | metre per square second
m3/s | cubic metre per second
W/m2 | watt per square metre
cd/m2 | candela per square metre
bit | bit
bit/s | bit per second
lat | degrees latitude
lon | degrees longitude
pH | pH value
dB | decibel
dBW | decibel relative to 1 W
count | 1 (counter value)
/ | 1 (ratio)
%RH | percentage (relative humidity)
%EL | percentage (remaining battery energy level)
EL | seconds (remaining battery energy level)
1/s | event rate per second
S/m | siemens per metre
B | byte
VA | volt-ampere
VAs | volt-ampere second
var | volt-ampere reactive
vars | volt-ampere-reactive second
J/m | joule per metre
kg/m3 | kilogram per cubic metre
deg | degree (angle)
NTU | nephelometric turbidity unit
rad/s | radian per second
""")

_SECONDARY = _table("""
ms | millisecond | s | 1e-3
min | minute | s | 60
h | hour | s | 3600
MHz | megahertz | Hz | 1e6
kW | kilowatt | W | 1e3
kVA | kilovolt-ampere | VA | 1e3
kvar | kilovar | var | 1e3
Ah | ampere-hour | C | 3600
Wh | watt-hour | J | 3600
kWh | kilowatt-hour | J | 3.6e6
varh | var-hour | vars | 3600
kvarh | kilovar-hour | vars | 3.6e6
kVAh | kilovolt-ampere-hour | VAs | 3.6e6
Wh/km | watt-hour per kilometre | J/m | 3.6
KiB | kibibyte | B | 1024
GB | gigabyte | B | 1e9
Mbit/s | megabit per second | bit/s | 1e6
B/s | byte per second | bit/s | 8
MB/s | megabyte per second | bit/s | 8e6
mV | millivolt | V | 1e-3
mA | milliampere | A | 1e-3
dBm | decibel relative to 1 mW | dBm | 1
ug/m3 | microgram per cubic metre | kg/m3 | 1e-9
mm/h | millimetre per hour | m/s | 2.7777777777777776e-07
m/h | metre per hour | m/s | 0.0002777777777777778
ppm | parts per million | / | 1e-6
/100 | percent | / | 1e-2
/1000 | permille | / | 1e-3
hPa | hectopascal | Pa | 1e2
mm | millimetre | m | 1e-3
cm | centimetre | m | 1e-2
km | kilometre | m | 1e3
km/h | kilometre per hour | m/s | 0.2777777777777778
ppb | parts per billion | / | 1e-9
ppt | parts per trillion | / | 1e-12
VAh | volt-ampere-hour | VAs | 3600
mg/l | milligram per litre | kg/m3 | 1e-3
ug/l | microgram per litre | kg/m3 | 1e-6
g/l | gram per litre | kg/m3 | 1
""")

_SENSORS = _table("""
g | standard gravity (not SenML, where g is the gram) | m/s2 | 9.80665
mg | thousandth of standard gravity | m/s2 | 9.80665e-3
deg/s | degree per second | rad/s | 0.017453292519943295
uT | microtesla | T | 1e-6
uV | microvolt | V | 1e-6
nA | nanoampere | A | 1e-9
uA | microampere | A | 1e-6
kOhm | kiloohm | Ohm | 1e3
uS | microsiemens | S | 1e-6
nm | nanometre | m | 1e-9
us | microsecond | s | 1e-6
kHz | kilohertz | Hz | 1e3
bpm | beats per minute | 1/s | 0.016666666666666666
beat/min | beats per minute | 1/s | 0.016666666666666666
kPa | kilopascal | Pa | 1e3
N/A | no unit, or the source does not tell | N/A | 1
""")

# Edge Impulse's own tools write units outside the registry; these are the ones met in the wild.
_SPELLINGS = {
    "m/s^2": "m/s2", "m/s²": "m/s2", "m/s/s": "m/s2", "ms-2": "m/s2", "m s-2": "m/s2",
    "G": "g", "gee": "g", "mG": "mg", "rads/s": "rad/s", "rad/sec": "rad/s",
    "dps": "deg/s", "°/s": "deg/s", "degrees/s": "deg/s", "deg/sec": "deg/s",
    "°C": "Cel", "degC": "Cel", "celsius": "Cel", "Celsius": "Cel",
    "lux": "lx", "ohm": "Ohm", "Ω": "Ohm", "kΩ": "kOhm", "BPM": "bpm", "%": "/100",
    "percent": "/100", "µT": "uT", "µV": "uV", "µA": "uA", "µS": "uS", "µs": "us",
    "°": "deg", "degrees": "deg", "n/a": NO_UNIT, "NA": NO_UNIT, "none": NO_UNIT,
    "None": NO_UNIT, "-": NO_UNIT, "wav": NO_UNIT,
}  # fmt: skip

UNITS: dict[str, Unit] = _PRIMARY | _SECONDARY | _SENSORS


def unit(text: str, *, where: object = None) -> Unit:
    """The unit that `text` names. Raises InputError with near matches if there is none."""
    symbol = text.strip()
    symbol = _SPELLINGS.get(symbol, symbol)
    if symbol in UNITS:
        return UNITS[symbol]
    near = difflib.get_close_matches(symbol, [*UNITS, *_SPELLINGS], n=3, cutoff=0.7)
    word = symbol.lower()
    exact = [u.symbol for u in UNITS.values() if word in (u.symbol.lower(), u.meaning)]
    matches = list(dict.fromkeys([*exact, *(_SPELLINGS.get(m, m) for m in near)]))
    hint = f"did you mean {' or '.join(map(repr, matches))}? " if matches else ""
    raise InputError(
        "unknown unit",
        where=where,
        value=text[:40],
        way_out=f"{hint}use a SenML unit (RFC 8428, RFC 8798), or {NO_UNIT!r} for none",
    )


def known(text: str) -> bool:
    """Whether `text` names a unit."""
    symbol = text.strip()
    return _SPELLINGS.get(symbol, symbol) in UNITS


def to_primary(symbol: str) -> tuple[str, float]:
    """(primary unit, factor): a value times the factor is in the primary unit.

    Raises InputError for an unknown unit. Degrees Celsius stay as they are.
    """
    found = unit(symbol)
    return found.primary, found.factor
