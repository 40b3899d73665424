from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.recordings.check import check
from motekit.recordings.samples import SAMPLES, load


def test_spar_watch_is_what_its_source_says() -> None:
    found = load("spar_watch")
    assert len(found) == 112 and len({r.name for r in found}) == 112
    assert {r.subject for r in found} == {f"s{i}" for i in range(1, 9)}
    assert sorted({str(r.label) for r in found}) == sorted(
        ["PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW"]
    )
    assert len({(r.subject, r.label, r.session) for r in found}) == 112
    for recording in found:
        stream = recording.stream("accelerometer")
        assert stream.values.dtype == np.int16 and stream.rate_hz == 50.0
        assert [(c.name, c.unit, c.scale) for c in stream.channels] == [
            (f"acc{axis}", "g", 2.0**-12) for axis in "XYZ"
        ]
    assert sum(len(r.streams[0]) for r in found) == 192_045


def test_a_value_of_the_original_is_there() -> None:
    row = next(r for r in load("spar_watch") if r.name == "s1_row_right")
    assert len(row.streams[0]) == 1804
    assert row.streams[0].physical()[0] == pytest.approx([-0.968584, 0.053883, -0.1896], abs=2e-4)


def test_it_passes_the_checks() -> None:
    assert check(load("spar_watch")).findings == ()


def test_licence_and_source_lie_beside_it() -> None:
    folder = resources.files("motekit.recordings.samples") / "spar_watch"
    assert "David M. Burns" in (folder / "LICENSE").read_text()
    assert "seglearn" in (folder / "SOURCE.md").read_text()


def test_other_names_are_refused_with_the_known_ones() -> None:
    assert SAMPLES.names() == ("spar_watch",)
    with pytest.raises(InputError, match="spar_watch"):
        load("mnist")
