"""The cosine transform from rows, and from one table for all rows: the same bits in less flash."""

import numpy as np
import pytest

from motekit import dsp
from motekit.core.block import Signal
from motekit.dsp.audio import cosines
from motekit.dsp.blocks.mfcc.plan import plan
from motekit.targets import elf as elf_file
from motekit.testing.block_case import Built, Case
from motekit.testing.block_windows import edges

SIGNAL = Signal(4000.0, 900, 900, ("audio",), ("/",), (2.0**-15,))
EI = "edge_impulse_v4"
GIVEN = (
    {"filters": 12, "coefficients": 12},  # every row
    {"filters": 11, "coefficients": 11},  # a band in the middle
    {"filters": 13, "coefficients": 9, "numerics": EI},
    {"filters": 14, "coefficients": 14, "pcen": True},
)


@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_rows_are_cosines(given: dict) -> None:
    """Both tables against the reference's matrix."""
    pl = plan(SIGNAL, dsp.block("mfcc").params(fft_length=128, **given))
    assert pl.cosines is not None
    first, half = int(pl.energy), (pl.cosines.shape[1] + 1) // 2
    want = pl.cosines[first:, :half]
    unit = 1.0 if pl.pcen else np.log(10)
    assert np.allclose(cosines.rows(pl, False), want * unit, rtol=1e-6, atol=1e-9)
    scale = np.array([cosines.scale(pl, k) for k in range(first, pl.values)])
    assert np.abs(cosines.rows(pl, True) / 32768 * scale[:, None] - want).max() < 2.0**-15


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_one_table_gives_the_bits_of_rows(
    given: dict, arithmetic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosines, "CODE_BYTES", {"float": -9999, "fixed": -9999})
    block = dsp.block("mfcc")
    p = block.params(fft_length=128, **given)
    rows, folded = (Case(block, SIGNAL, p, arithmetic, goal) for goal in ("speed", "flash"))
    assert "folded" in folded.c().params and "folded" not in rows.c().params
    Built(folded, extra=("-DMK_CHECK_FIELDS=1",))
    x = edges(SIGNAL)
    one, other = (Built(case).run(x) for case in (rows, folded))
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a.view(np.uint8), b.view(np.uint8))


def test_flash_is_saved_where_it_is_said_to_be() -> None:
    block, signal = dsp.block("mfcc"), Signal(16000.0, 640, 640, ("a",), ("/",), (2.0**-15,))
    p = block.params(numerics=EI)
    for arithmetic, core in (("float", "cortex-m4f"), ("fixed", "cortex-m0plus")):
        speed, flash = (Case(block, signal, p, arithmetic, goal) for goal in ("speed", "flash"))
        bytes_ = [elf_file.read(Built(c, core).library).sizes.flash for c in (speed, flash)]
        assert bytes_[1] < bytes_[0] - 100
        assert np.array_equal(*(Built(c, core).run(edges(signal)[:4])[1] for c in (speed, flash)))
    # Two rows of few bands are smaller than any code.
    few = Case(block, signal, block.params(filters=8, coefficients=2), "fixed", "flash")
    assert "folded" not in few.c().params
