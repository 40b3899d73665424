"""Per-channel energy normalization means what Wang et al. and librosa's smoother mean."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import fft as scipy_fft
from scipy import signal as scipy_signal
from scipy.io import wavfile
from shared_data import folder

from motekit import dsp
from motekit.core.block import Signal
from motekit.dsp import wide as w
from motekit.dsp.audio import pcen_fixed
from motekit.dsp.audio.mel import bank
from motekit.dsp.audio.pcen import Pcen, equalised, largest
from motekit.testing.block_case import Built, Case
from motekit.testing.block_windows import edges

SIGNAL = Signal(8000.0, 4000, 4000, ("audio",), ("/",), (2.0**-15,))
OVERLAPPING = Signal(8000.0, 4000, 1600, ("audio",), ("/",), (2.0**-15,))
LONG = {"filters": 20, "fft_length": 256}


def pcen(energy: np.ndarray, time_s: float, step_s: float) -> np.ndarray:
    """Frames × bands, with the defaults of librosa.pcen, from what its documentation says."""
    frames = time_s / step_s
    b = (np.sqrt(1 + 4 * frames**2) - 1) / (2 * frames**2)
    start = (1 - b) * energy[:1]
    smooth, _ = scipy_signal.lfilter([b], [1, b - 1], energy, axis=0, zi=start)
    return (energy * np.exp(-0.98 * np.log(1e-6 + smooth)) + 2.0) ** 0.5 - 2.0**0.5


def energies(x: np.ndarray) -> np.ndarray:
    """Mel energies of counts, in squares of a count, with the noise of rounding."""
    window = scipy_signal.get_window("hann", 160)
    y = scipy_signal.lfilter([1.0, -0.98], [1.0], x, zi=[-0.98 * x[0]])[0]
    frames = np.lib.stride_tricks.sliding_window_view(y, 160)[::80] * window
    mel = bank(8000, 256, 20, 0, 4000).matrix
    power = np.abs(scipy_fft.rfft(frames, 256)) ** 2 / np.sum(window**2)
    return power @ mel.T + mel.sum(axis=1) / 12


def sound(level: float) -> np.ndarray:
    rng = np.random.default_rng(4)
    swell = 10.0 ** (2 * np.sin(np.arange(4000) / 500) - 2)
    return np.round(level * swell * rng.normal(size=4000)).clip(-32768, 32767)


@pytest.mark.parametrize("level", [1.0, 300.0, 30000.0])
def test_mfe_and_mfcc_are_what_scipy_computes(level: float) -> None:
    x = sound(level)
    want = pcen(energies(x), 0.4, 0.01)
    mfe, mfcc = dsp.block("mfe"), dsp.block("mfcc")
    counts = x[:, None] * SIGNAL.scale[0]
    got = mfe.reference(counts, SIGNAL, mfe.params(pcen=True, **LONG))
    assert np.allclose(got.reshape(want.shape), want, rtol=1e-9, atol=1e-12)
    p = mfcc.params(pcen=True, stride_s=0.01, coefficients=9, **LONG)
    got = mfcc.reference(counts, SIGNAL, p).reshape(len(want), 9)
    assert np.allclose(got, scipy_fft.dct(want, norm="ortho")[:, :9], rtol=1e-9, atol=1e-12)


def test_the_scale_of_the_sensor_does_not_matter() -> None:
    x = sound(300.0)[:, None]
    block = dsp.block("mfe")
    p = block.params(pcen=True, **LONG)
    volts = Signal(8000.0, 4000, 4000, ("audio",), ("V",), (1e-3,))
    assert np.array_equal(
        block.reference(x * 2.0**-15, SIGNAL, p), block.reference(x * 1e-3, volts, p)
    )


def test_a_louder_sound_gives_nearly_the_same() -> None:
    block = dsp.block("mfe")
    rng = np.random.default_rng(5)
    x = rng.normal(size=(4000, 1)) * 2.0**-10
    quiet, loud = (
        block.reference(x * by, SIGNAL, block.params(pcen=True, **LONG)) for by in (1.0, 16.0)
    )
    plain = [block.reference(x * by, SIGNAL, block.params(**LONG)) for by in (1.0, 16.0)]
    assert np.abs(loud - quiet).mean() < 0.1 * quiet.std() + 0.1 * quiet.mean()
    assert np.abs(plain[1] - plain[0]).mean() > 2.0  # 24 dB as log10


@pytest.mark.parametrize("signal", [SIGNAL, OVERLAPPING], ids=["apart", "overlapping"])
@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_edges(arithmetic: str, signal: Signal) -> None:
    """Silence, one count, an impulse, a step from silence to full scale, full scale throughout."""
    x = np.zeros((5, 4000, 1), np.int16)
    x[1, 2000] = 1
    x[2, 2000] = 32767
    x[3, 2000:] = np.where(np.arange(2000) % 8 < 4, 32767, -32768)[:, None]
    x[4] = -32768
    block = dsp.block("mfe")
    for given in (
        {},
        {"pcen_power": 0.01, "pcen_bias": 0.0},
        {"pcen_gain": 0.0, "pcen_power": 1.0},
    ):
        case = Case(block, signal, block.params(pcen=True, **LONG, **given), arithmetic)
        raw = Built(case).run(x)[0]
        got, want = case.to_units(raw), case.reference(x)
        assert np.all(np.abs(got - want) <= case.bound(x)), given
        if arithmetic == "fixed":
            assert np.array_equal(raw, case.flat(block.fixed_reference(x, signal, case.params)))
        first = got[0].reshape(block.shape(signal, case.params))
        assert np.ptp(first, axis=0).max() <= 1e-5  # silence is steady


def test_integers_compute_powers_and_sums() -> None:
    x = np.concatenate([np.arange(-70000, 70000, 37), [-(2**22), 2**22, 65535, -65536, -1, 0]])
    got = pcen_fixed.power_of_two(x)
    assert np.all((got.m >> np.uint64(31)) == 1)
    assert np.allclose(np.log2(got.m) + got.e, x / 65536, atol=2e-7)
    numbers = [(0, 0), (1 << 31, -31), (0xFFFFFFFF, 5), (0x80000001, -60), (0xFFFFFFFF, 6)]
    for m, e in numbers:
        for n, f in numbers:
            total = pcen_fixed.plus(w.Wide(*_pair(m, e)), w.Wide(*_pair(n, f)))
            want = m * 2.0**e + n * 2.0**f
            assert abs(float(total.m) * 2.0 ** float(total.e) - want) <= want * 2.0**-30


def _pair(m: int, e: int) -> tuple:
    return np.array(m, dtype=np.uint64), np.array(e, dtype=np.int64)


def test_values_fit_what_they_are_kept_in() -> None:
    """A jump from nothing to the loudest, at settings that take away nothing or everything."""
    for gain, power in ((0.0, 1.0), (1.0, 1.0), (0.98, 0.5), (1.0, 0.01)):
        setting = Pcen(0.001, gain, 1000.0, power, 1e-9)
        energy = np.array([1e-2, 1e14])[:, None]
        most = largest(1e14, setting)
        assert equalised(energy, setting).max() + setting.offset <= most * (1 + 1e-9)
        assert most * 2.0 ** pcen_fixed.value_bits(most) <= 2**22


FAST = Signal(16000.0, 8000, 8000, ("audio",), ("/",), (2.0**-15,))


def signal_to_error(x: np.ndarray, name: str) -> np.ndarray:
    """Decibels of each window of counts, fixed point against the float64 reference."""
    block = dsp.block(name)
    case = Case(block, FAST, block.params(pcen=True), "fixed")
    want = case.reference(x)
    error = case.to_units(case.flat(block.fixed_reference(x, FAST, case.params))) - want
    return 10 * np.log10(np.sum(want**2, axis=1) / np.sum(error**2, axis=1))


@pytest.mark.parametrize("name", ["mfe", "mfcc"])
def test_fixed_point_keeps_60_db_of_speech_noise_and_silence(name: str) -> None:
    paths = sorted(folder("speech_commands_bed_cat_happy").glob("*/*.wav"))[::24]
    sounds = [wavfile.read(path)[1][:8000] for path in paths]
    rng = np.random.default_rng(9)
    noise = [np.round(rng.normal(0, level, 8000)) for level in (0, 1, 10, 100, 1000, 8000)]
    x = np.stack([*(s for s in sounds if len(s) == 8000), *noise]).astype(np.int16)[..., None]
    assert len(x) > 12 and signal_to_error(x, name).min() >= 60


@pytest.mark.parametrize("name", ["mfe", "mfcc"])
def test_edges_keep_60_db(name: str) -> None:
    """Bands far below an alternation at full scale, too."""
    assert signal_to_error(edges(FAST), name).min() >= 60
