"""`raw` keeps the contract, and every sample in its place."""

from dataclasses import replace

import numpy as np

from motekit.dsp.blocks.raw import BLOCK, Params
from motekit.testing.block import SIGNALS, BlockContract

APART = replace(SIGNALS[0], stride=125)


class TestRaw(BlockContract):
    block = BLOCK
    params = (Params(), Params(scale=9.81))
    signals = (*SIGNALS, APART, replace(SIGNALS[2], stride=110))


def test_windows_that_do_not_overlap_are_not_kept() -> None:
    for arithmetic in ("float", "fixed"):
        assert BLOCK.c(SIGNALS[0], Params(), arithmetic).history
        assert not BLOCK.c(APART, Params(), arithmetic).history
        assert BLOCK.c(replace(APART, kept=True), Params(), arithmetic).history


def test_frames_follow_each_other() -> None:
    x = np.arange(12.0).reshape(4, 3)
    signal = SIGNALS[0]
    assert np.array_equal(BLOCK.reference(x, signal, Params(scale=2.0)), 2 * np.arange(12.0))
    names = [f.name for f in BLOCK.features(signal, Params())]
    assert names[:4] == ["x[0]", "y[0]", "z[0]", "x[1]"]
