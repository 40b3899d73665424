"""`image` keeps the contract, and makes of images what Pillow and NumPy make of them."""

from dataclasses import replace

import numpy as np
import pytest

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.image import BLOCK, Params
from motekit.testing.block import BlockContract

GRAY = Signal(1.0, 20 * 12, 20 * 12, ("pixel",), ("",), (1.0,))  # 20 wide, 12 high
RGB = replace(GRAY, channels=("r", "g", "b"), units=("",) * 3, scale=(1.0,) * 3)
FLOAT = replace(GRAY, sample="float32")
SMALL = Params(source_width=20, width=7, height=5)


class TestImage(BlockContract):
    block = BLOCK
    params = (
        SMALL,
        replace(SMALL, fit="long", scaling="-128..127", grayscale=True),
        replace(SMALL, fit="squash", resize="nearest", grayscale=True, scaling="-1..1"),
        replace(SMALL, fit="crop", scaling="bgr"),
    )
    signals = (RGB, GRAY, FLOAT)


def image(seed: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (12, 20, channels)).astype(float)


def folded(x: np.ndarray, signal: Signal, p: Params) -> np.ndarray:
    return BLOCK.reference(x.reshape(240, -1), signal, p).reshape(p.height, p.width, -1)


def test_a_whole_factor_is_the_mean_of_blocks() -> None:
    p = Params(source_width=20, width=5, height=3, fit="squash", scaling="0..255")
    x = image(1)
    want = np.floor(x.reshape(3, 4, 5, 4, 3).mean(axis=(1, 3)) + 0.5)
    assert np.array_equal(folded(x, RGB, p), want)


def test_a_fraction_weighs_pixels_by_what_lies_under_the_new_one() -> None:
    """A fine grid on which both images fit, averaged in blocks."""
    p = Params(source_width=20, width=7, height=5, fit="squash", scaling="0..255")
    x = image(2, 1)
    fine = np.repeat(np.repeat(x, 5, axis=0), 7, axis=1)
    want = fine.reshape(5, 12, 7, 20, 1).mean(axis=(1, 3))
    assert np.abs(folded(x, GRAY, p) - want).max() <= 0.5 + 1e-9


def test_short_cuts_the_longer_side_and_long_leaves_bars() -> None:
    x = np.full((12, 20, 1), 200.0)
    x[:, :4] = x[:, 16:] = 0  # beside the middle 12 × 12
    p = Params(source_width=20, width=6, height=6, scaling="0..255")
    assert np.all(folded(x, GRAY, p) == 200)
    bars = folded(np.full((12, 20, 1), 90.0), GRAY, replace(p, width=10, height=10, fit="long"))
    assert np.all(bars[2:8] == 90) and np.all(bars[:2] == 0) and np.all(bars[8:] == 0)


def test_gray_is_luma_and_scalings_reach_their_ends() -> None:
    x = np.zeros((12, 20, 3)) + np.array([255.0, 0, 0])
    p = Params(source_width=20, width=4, height=4, grayscale=True, scaling="0..255")
    assert np.all(folded(x, RGB, p) == 76)  # as Pillow's convert("L")
    white = np.full((12, 20, 3), 255.0)
    for scaling, top in (("0..1", 1.0), ("-1..1", 1.0), ("-128..127", 127.0)):
        q = replace(p, scaling=scaling)
        assert np.allclose(folded(white, RGB, q), top)
    bgr = folded(x, RGB, replace(p, grayscale=False, scaling="bgr"))
    assert np.allclose(bgr[0, 0], [-103.939, -116.779, 255 - 123.68])
    torch = folded(white, RGB, replace(p, grayscale=False, scaling="torch"))
    assert np.allclose(torch[0, 0], [2.2489, 2.4286, 2.64], atol=1e-3)


def test_features_fold_into_an_image() -> None:
    assert BLOCK.shape is not None and BLOCK.shape(RGB, SMALL) == (5, 7, 3)
    names = [f.name for f in BLOCK.features(RGB, SMALL)]
    assert names[:4] == ["r[0,0]", "g[0,0]", "b[0,0]", "r[0,1]"]


@pytest.mark.parametrize(
    ("signal", "params", "says"),
    [
        (replace(RGB, channels=("r", "g")), SMALL, "one channel or red"),
        (RGB, replace(SMALL, source_width=19), "rows of 19 pixels"),
        (replace(GRAY, length=300 * 300), replace(SMALL, source_width=300), "65535"),
        (replace(GRAY, scale=(0.5,)), SMALL, "count from 0 to 255"),
        (GRAY, replace(SMALL, scaling="torch"), "three colours"),
        (RGB, replace(SMALL, width=21), "would have to grow"),
        (RGB, replace(SMALL, height=13, fit="crop"), "would have to grow"),
    ],
)
def test_refuses(signal: Signal, params: Params, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, params)
    assert error.value.way_out and "image" in str(error.value.where)
