"""The audio blocks mean what SciPy, librosa's definitions and the published numerics mean, and keep
their precision on recorded speech."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import fft as scipy_fft
from scipy import signal as scipy_signal
from scipy.io import wavfile
from shared_data import folder

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.audio.mel import bank, bank_of_bins
from motekit.testing.block_case import Built, Case
from motekit.testing.block_windows import edges

EI = "edge_impulse_v4"
SIGNAL = Signal(16000.0, 16000, 16000, ("audio",), ("/",), (2.0**-15,))
HALF = Signal(16000.0, 8000, 8000, ("audio",), ("/",), (2.0**-15,))


def librosa_mel(rate: float, fft: int, filters: int, low: float, high: float) -> np.ndarray:
    """librosa.filters.mel(htk=True, norm=None), written down from its documentation."""

    def hz(mel: np.ndarray) -> np.ndarray:
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)

    ends = 2595.0 * np.log10(1.0 + np.array([low, high]) / 700.0)
    edges = hz(np.linspace(*ends, filters + 2))
    ramps = edges[:, None] - np.linspace(0, rate / 2, fft // 2 + 1)[None, :]
    width = np.diff(edges)[:, None]
    return np.maximum(0, np.minimum(-ramps[:-2] / width[:-1], ramps[2:] / width[1:]))


@pytest.mark.parametrize("case", [(16000, 512, 40, 0, 8000), (8000, 320, 20, 125, 3800)])
def test_mel_banks_are_librosas(case: tuple) -> None:
    assert np.allclose(bank(*case).matrix, librosa_mel(*case), atol=1e-3)


@pytest.mark.parametrize("case", [(16000, 256, 40, 0, 8000), (16000, 256, 32, 300, 7000)])
def test_banks_of_bins_are_triangles_over_rounded_corners(case: tuple) -> None:
    rate, fft, filters, low, high = case
    mel = np.linspace(1127 * np.log(1 + low / 700), 1127 * np.log(1 + high / 700), filters + 2)
    hz = 700 * (np.exp(mel / 1127) - 1)
    hz[-1] -= 0.001
    at = np.floor((fft + 1) * hz / rate).astype(int)
    want = np.zeros((filters, fft // 2 + 1))
    for i, (a, b, c) in enumerate(zip(at, at[1:], at[2:], strict=False)):
        for k in range(a + 1, b):
            want[i, k] = (k - a) / (b - a)
        for k in range(b + 1, c):
            want[i, k] = (c - k) / (c - b)
        want[i, b] = 1.0
    assert np.allclose(bank_of_bins(*case).matrix, want)


def test_mfcc_is_what_scipy_computes() -> None:
    x = np.random.default_rng(1).normal(0, 0.1, 8000)
    block = dsp.block("mfcc")
    p = block.params(filters=26, coefficients=12, fft_length=512, stride_s=0.01, low_hz=80.0)
    got = block.reference(x[:, None], HALF, p).reshape(block.shape(HALF, p))
    emphasised = scipy_signal.lfilter([1.0, -0.98], [1.0], x)
    window = scipy_signal.get_window("hann", 320)
    frames = np.lib.stride_tricks.sliding_window_view(emphasised, 320)[::160] * window
    power = np.abs(scipy_fft.rfft(frames, 512)) ** 2 / np.sum(window**2)
    mel = librosa_mel(16000, 512, 26, 80, 8000)
    noise = 2.0**-30 / 12 * mel.sum(axis=1)
    want = scipy_fft.dct(np.log(power @ mel.T + noise), norm="ortho")[:, :12]
    assert got.shape == want.shape == (49, 12)
    assert np.allclose(got, want, atol=2e-3)  # a bin at a corner of a triangle may fall either way


def test_published_mfcc_numerics_are_followed() -> None:
    x = np.random.default_rng(2).normal(0, 2000, 8000).round()
    x[-1] = x[0]  # there the sample before the first one is the last, here the first itself
    block = dsp.block("mfcc")
    p = block.params(numerics=EI)
    got = block.reference(x[:, None] * 2.0**-15, HALF, p).reshape(25, 13)
    y = x - 0.98 * np.roll(x, 1)
    frames = np.stack([y[i : i + 256] for i in range(0, 8000 - 319, 320)])
    power = np.abs(np.fft.rfft(frames)) ** 2 / 256
    v = scipy_fft.dct(np.log(power @ bank_of_bins(16000, 256, 32, 0, 8000).matrix.T), norm="ortho")
    v = np.hstack([np.log(power.sum(axis=1))[:, None], v[:, 1:13]])
    around = np.lib.stride_tricks.sliding_window_view
    d = v - around(np.pad(v, ((50, 50), (0, 0)), "symmetric"), 101, axis=0).mean(axis=-1)
    want = d / around(np.pad(d, ((50, 50), (0, 0)), "symmetric"), 101, axis=0).std(axis=-1)
    assert np.allclose(got, want, atol=1e-9)


def test_published_mfe_and_spectrogram_numerics_are_followed() -> None:
    x = np.random.default_rng(3).normal(0, 3000, 8000).round()
    x[-1] = x[0]
    counts = x[:, None] * 2.0**-15
    mfe, spectrogram = dsp.block("mfe"), dsp.block("spectrogram")
    y = (x - 0.98 * np.roll(x, 1)) / 2**15
    frames = np.stack([y[i : i + 256] for i in range(0, 8000 - 319, 160)])
    power = np.abs(np.fft.rfft(frames)) ** 2 / 256 @ bank_of_bins(16000, 256, 40, 0, 8000).matrix.T
    want = np.clip((10 * np.log10(power) + 52) / 64, 0, 1)
    assert np.allclose(mfe.reference(counts, HALF, mfe.params(numerics=EI)), want.ravel())
    frames = np.stack([x[i : i + 128] / 2**15 for i in range(0, 8000 - 319, 160)])
    power = np.abs(np.fft.rfft(frames)) ** 2 / 128
    want = np.clip((10 * np.log10(power) + 52) / 64, 0, 1)
    p = spectrogram.params(numerics=EI)
    assert np.allclose(spectrogram.reference(counts, HALF, p), want.ravel())


def speech() -> np.ndarray:
    """A second of each of some speakers, and of noise and silence."""
    words = sorted(folder("speech_commands_bed_cat_happy").glob("*/*.wav"))[::60]
    other = sorted(folder("tflm_micro_speech_wav").glob("*_1000ms.wav"))
    sounds = [wavfile.read(path)[1][:16000] for path in (*words, *other)]
    return np.stack([np.pad(s, (0, 16000 - len(s))) for s in sounds]).astype(np.int16)[..., None]


@pytest.mark.parametrize(
    ("name", "given", "least"),
    [
        ("mfcc", {"numerics": EI, "norm_frames": 0}, 0.999),
        ("mfcc", {"numerics": EI}, 0.99),  # divided by deviations that may be small
        ("mfcc", {}, 1.0),
        ("mfe", {"numerics": EI}, 1.0),
        ("mfe", {"pcen": True}, 1.0),
        ("mfcc", {"pcen": True}, 1.0),
        ("spectrogram", {}, 0.999),  # bins at the noise of a count beside loud ones
    ],
)
def test_speech_keeps_the_promised_precision(name: str, given: dict, least: float) -> None:
    x = speech()
    block = dsp.block(name)
    params = block.params(**given)
    for arithmetic in ("float", "fixed"):
        case = Case(block, SIGNAL, params, arithmetic)
        reference = case.reference(x)
        error = np.abs(case.to_units(Built(case).run(x)[0]) - reference)
        assert np.all(error <= block.bound(SIGNAL, params, arithmetic, case.natural(x)))
        signal_to_error = 10 * np.log10(np.sum(reference**2) / np.sum(error**2))
        if arithmetic == "fixed":
            assert signal_to_error >= 60
            continue
        within = error <= 1e-4 * np.abs(reference) + 1e-5 * np.abs(reference).max()
        assert within.mean() >= least and signal_to_error >= 90


@pytest.mark.parametrize(
    ("name", "given", "change", "field"),
    [
        (
            "mfcc",
            {},
            {"channels": ("l", "r"), "units": ("/",) * 2, "scale": (1.0,) * 2},
            "channels",
        ),
        ("mfcc", {"frame_s": 2.0}, {}, "frame_s"),
        ("mfcc", {"high_hz": 9000.0}, {}, "high_hz"),
        ("mfcc", {"low_hz": 8000.0}, {}, "low_hz"),
        ("mfcc", {"filters": 128, "fft_length": 512}, {}, "filters"),
        ("mfcc", {"coefficients": 33}, {}, "coefficients"),
        ("mfcc", {"norm_frames": 4}, {}, "norm_frames"),
        ("mfcc", {"fft_length": 256}, {}, "fft_length"),
        ("mfcc", {"pcen": True, "norm_frames": 3}, {}, "norm_frames"),
        ("mfe", {"pcen": True, "numerics": EI}, {}, "pcen"),
        ("mfe", {"fft_length": 300, "numerics": EI}, {}, "fft_length"),
        ("mfe", {}, {"stride": 15000}, "stride"),
        ("mfe", {"numerics": EI}, {"sample": "float32"}, "numerics"),
        ("spectrogram", {"low_hz": 110.0, "high_hz": 120.0, "fft_length": 512}, {}, "low_hz"),
        ("spectrogram", {"numerics": EI, "low_hz": 100.0}, {}, "low_hz"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, given: dict, change: dict, field: str) -> None:
    from dataclasses import replace

    block = dsp.block(name)
    with pytest.raises(InputError) as error:
        block.check(replace(SIGNAL, **change), block.params(**given))
    assert field in str(error.value.where) and error.value.way_out


def test_shape_is_time_by_frequency() -> None:
    block = dsp.block("mfcc")
    params = block.params()
    names = [f.name for f in block.features(SIGNAL, params)]
    frames, coefficients = block.shape(SIGNAL, params)
    assert (frames, coefficients) == (50, 13) and len(names) == 650
    assert names[13] == "audio.t1.c0"


SHORT = Signal(16000.0, 2000, 2000, ("audio",), ("/",), (2.0**-15,))
OVERLAPPING = Signal(16000.0, 2000, 480, ("audio",), ("/",), (2.0**-15,))


@pytest.mark.parametrize(
    ("name", "given", "signal"),
    [
        ("mfe", {"numerics": EI}, SHORT),  # as the samples lie; runs that take a bin again
        ("mfe", {"numerics": EI, "fft_length": 32, "filters": 4}, SHORT),
        ("mfe", {"frame_s": 0.02006, "stride_s": 0.01006, "filters": 11}, SHORT),  # odd, thirds
        ("mfe", {"fft_length": 512, "taper": "rectangular"}, SHORT),  # zeros behind a frame
        ("mfcc", {"numerics": EI, "stride_s": 0.01}, OVERLAPPING),  # kept
        ("spectrogram", {"frame_s": 0.01, "high_hz": 5000.0}, SHORT),
        ("mfe", {"pcen": True}, SHORT),
        ("mfcc", {"pcen": True, "stride_s": 0.01}, OVERLAPPING),
    ],
)
def test_assembly_gives_the_bits_of_the_c_beside_it(name: str, given: dict, signal: Signal) -> None:
    """Full scale, silence, one count and a loud tone on the core against plain C here."""
    rng = np.random.default_rng(6)
    x = np.zeros((4, signal.length, 1), np.int16)
    x[0] = rng.integers(-32768, 32768, (signal.length, 1))
    x[2, 700] = 1
    x[3] = np.where(np.arange(signal.length)[:, None] % 8 < 4, 32767, -32768)  # above what fits
    block = dsp.block(name)
    case = Case(block, signal, block.params(**given))
    for here, there in zip(Built(case).run(x), Built(case, "cortex-m4f").run(x), strict=True):
        assert np.array_equal(here.view(np.uint8), there.view(np.uint8))


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize("given", [{"norm_frames": 3}, {"pcen": True}], ids=["norm", "pcen"])
@pytest.mark.parametrize("length", [4840, 4880])
def test_samples_wait_unharmed_at_the_end_of_a_window(
    length: int, given: dict, arithmetic: str
) -> None:
    """Frames apart, windows that overlap: half a frame waits, or only the sample before one."""
    signal = Signal(4000.0, length, 160, ("audio",), ("/",), (2.0**-15,))
    block = dsp.block("mfcc")
    p = block.params(filters=12, fft_length=128, coefficients=3, low_hz=100.0, **given)
    case = Case(block, signal, p, arithmetic)
    x = np.concatenate(list(edges(signal)[[12, 3]]))
    starts = range(0, len(x) - length + 1, 160)
    apart, _ = Built(case).run(np.stack([x[i : i + length] for i in starts]))
    stream = Built(case).stream(x)
    assert np.array_equal(apart.view(np.uint32), stream.view(np.uint32))
