"""What fixed point keeps of audio features over the edges of the numbers, and how tight bounds are.

Signal to error: the sum of the squares of a window's features over that of their errors.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import wavfile
from shared_data import folder

from motekit import dsp
from motekit.core.block import Signal
from motekit.testing.block_case import Built, Case
from motekit.testing.block_windows import edges

EI = "edge_impulse_v4"
SIGNAL = Signal(16000.0, 16000, 16000, ("audio",), ("/",), (2.0**-15,))
SHORT = Signal(16000.0, 4000, 4000, ("audio",), ("/",), (2.0**-15,))


def hard(signal: Signal) -> np.ndarray:
    """The edges, and: squares, tones between bins, one count on an offset, quiet and loud noise."""
    t = np.arange(signal.length)
    rng = np.random.default_rng(9)
    swell = np.sin(2 * np.pi * t / 3000) ** 2
    more = [
        np.where(t % 8 < 4, 32767, -32768),
        32767 * np.sin(2 * np.pi * 103.7 * t / 16000),
        20000 + (t % 7 == 0),
        rng.normal(0, 1, len(t)),
        3 * swell * rng.normal(size=len(t)),
        300 * swell * rng.normal(size=len(t)),
        8000 * swell * rng.normal(size=len(t)),
    ]
    rows = np.stack([np.round(row).clip(-32768, 32767) for row in more]).astype(np.int16)
    return np.concatenate([edges(signal), rows[..., None]])


def case_of(name: str, given: dict, signal: Signal = SIGNAL, arithmetic: str = "fixed") -> Case:
    block = dsp.block(name)
    return Case(block, signal, block.params(**given), arithmetic)


def fixed_error(case: Case, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(features, their errors) of windows in integers."""
    want = case.reference(x)
    raw = case.flat(case.block.fixed_reference(x, case.signal, case.params))
    return want, case.to_units(raw) - want


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("mfe", {}),
        ("mfe", {"numerics": EI}),
        ("mfe", {"pcen": True}),
        ("mfcc", {}),
        ("mfcc", {"numerics": EI, "norm_frames": 0}),
        ("mfcc", {"pcen": True}),
        ("spectrogram", {}),
        ("spectrogram", {"numerics": EI}),
    ],
)
def test_every_window_keeps_60_db(name: str, given: dict) -> None:
    want, error = fixed_error(case_of(name, given), hard(SIGNAL))
    power, noise = np.sum(want**2, axis=1), np.sum(error**2, axis=1)
    assert np.all(noise <= 1e-6 * power)


LEAST = 0.60  # deviation of the coefficient that varies least in 300 recorded words
VARIES = 0.01  # of a natural logarithm, 0.04 dB: what deviates less is not told from rounding


def test_normalised_coefficients_keep_60_db_where_they_vary() -> None:
    x = np.delete(hard(SIGNAL), 18, axis=0)  # one count now and then on an offset: below
    plain, _ = fixed_error(case_of("mfcc", {"numerics": EI, "norm_frames": 0}), x)
    deviation = plain.reshape(len(x), 50, 13).std(axis=1, keepdims=True)
    pair = fixed_error(case_of("mfcc", {"numerics": EI}), x)
    want, error = (a.reshape(len(x), 50, 13) for a in pair)
    varies = np.broadcast_to(deviation > VARIES, want.shape)
    power, noise = (np.sum(np.where(varies, a, 0.0) ** 2, axis=(1, 2)) for a in (want, error))
    assert np.all(noise <= 1e-6 * power) and np.count_nonzero(power) > 10


def test_coefficients_of_recorded_words_vary() -> None:
    """Of all 300 words of a second: no normalised coefficient is divided by rounding (mfcc.md)."""
    files = sorted(folder("speech_commands_bed_cat_happy").glob("*/*.wav"))
    sounds = [wavfile.read(path)[1][:16000] for path in files]
    x = np.stack([np.pad(s, (0, 16000 - len(s))) for s in sounds])[..., None]
    plain = case_of("mfcc", {"numerics": EI, "norm_frames": 0})
    deviation = plain.reference(x).reshape(len(x), -1, 13).std(axis=1)
    assert round(float(deviation.min()), 2) == LEAST


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize(
    ("name", "given"),
    [("mfe", {}), ("mfcc", {"numerics": EI}), ("mfcc", {"pcen": True}), ("spectrogram", {})],
)
def test_bounds_say_something(name: str, given: dict, arithmetic: str) -> None:
    """Loud noise: the largest bound is within 100 times the largest error, and holds."""
    x = hard(SHORT)[-2:]
    case = case_of(name, given, SHORT, arithmetic)
    error = np.abs(case.to_units(Built(case).run(x)[0]) - case.reference(x))
    bound = case.bound(x)
    assert np.all(error <= bound) and bound.max() <= 100 * error.max()


def test_normalised_bounds_stay_possible() -> None:
    """Coefficients that hardly vary may come out as anything that normalised ones can be."""
    assert case_of("mfcc", {"numerics": EI}).bound(hard(SIGNAL)).max() < 22


@pytest.mark.parametrize("name", ["mfe", "mfcc"])
def test_long_runs_of_bins_are_weighed_alike(name: str) -> None:
    """Bands of more than 16 bins, whose sums of sums need room, at full scale and below."""
    case = case_of(name, {"filters": 4, "frame_s": 0.05} | EXTRA[name], SHORT)
    x = hard(SHORT)
    want = case.reference(x)
    raw = Built(case).run(x)[0]
    assert np.array_equal(raw, case.flat(case.block.fixed_reference(x, SHORT, case.params)))
    error = np.abs(case.to_units(raw) - want)
    assert np.all(error <= case.bound(x))
    assert np.all(np.sum(error**2, axis=1) <= 1e-6 * np.sum(want**2, axis=1))


EXTRA: dict[str, dict] = {"mfe": {}, "mfcc": {"coefficients": 3}}
