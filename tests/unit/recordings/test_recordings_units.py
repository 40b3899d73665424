from __future__ import annotations

import pytest

from motekit.core.errors import InputError
from motekit.recordings.units import GRAVITY, UNITS, known, to_primary, unit


@pytest.mark.parametrize(
    "text",
    ["m/s2", "g", "rad/s", "deg/s", "V", "A", "lx", "Cel", "%RH", "bpm", "Pa", "N/A", "mV", "/"],
)
def test_units_of_sensors_are_known(text: str) -> None:
    assert unit(text).symbol == text
    assert unit(f" {text} ").symbol == text


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("m/s^2", "m/s2"), ("m/s²", "m/s2"), ("G", "g"), ("dps", "deg/s"), ("°C", "Cel"),
     ("lux", "lx"), ("Ω", "Ohm"), ("%", "/100"), ("wav", "N/A"), ("n/a", "N/A")],
)  # fmt: skip
def test_other_spellings_become_the_registry_ones(text: str, symbol: str) -> None:
    assert unit(text).symbol == symbol and known(text)


@pytest.mark.parametrize(
    ("text", "near"), [("m/s3", "m/s2"), ("ms/2", "m/s2"), ("pa", "Pa"), ("hertz", "Hz")]
)
def test_an_unknown_unit_is_refused_with_near_ones(text: str, near: str) -> None:
    with pytest.raises(InputError, match="unknown unit") as error:
        unit(text, where="file:1, field x")
    assert repr(near) in str(error.value.way_out)
    assert error.value.where == "file:1, field x" and not known(text)


def test_nothing_is_proposed_that_is_far_off() -> None:
    with pytest.raises(InputError) as error:
        unit("furlong")
    assert "did you mean" not in str(error.value) and "SenML" in str(error.value)


def test_the_error_stays_one_short_line() -> None:
    with pytest.raises(InputError) as error:
        unit("x" * 10_000 + "\n")
    assert len(error.value.line()) < 300 and "\n" not in error.value.line()


def test_factors_to_the_primary_unit() -> None:
    assert to_primary("g") == ("m/s2", GRAVITY)
    assert to_primary("deg/s")[1] == pytest.approx(3.141592653589793 / 180)
    assert to_primary("bpm") == ("1/s", 1 / 60)
    assert to_primary("mV") == ("V", 1e-3)
    assert to_primary("Cel") == ("Cel", 1.0)


def test_every_primary_unit_is_in_the_table() -> None:
    assert {found.primary for found in UNITS.values()} <= set(UNITS)
    assert all(symbol == found.symbol and found.factor > 0 for symbol, found in UNITS.items())
