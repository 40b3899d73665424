"""Frames of 16 bits: exact to their integers, as precise as their page says, refused elsewhere."""

import numpy as np
import pytest
from scipy.io import wavfile
from shared_data import folder

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp import fft_q15
from motekit.dsp.audio.narrow import rounding_db
from motekit.testing.block_case import Built, Case
from motekit.testing.block_windows import edges

EI = "edge_impulse_v4"
SIGNAL = Signal(16000.0, 16000, 16000, ("audio",), ("/",), (2.0**-15,))
SHORT = Signal(16000.0, 1000, 1000, ("audio",), ("/",), (2.0**-15,))
SHARED = Signal(16000.0, 1000, 480, ("audio",), ("/",), (2.0**-15,))


def case(name: str, signal: Signal = SIGNAL, fft: str = "q15", **given: object) -> Case:
    block = dsp.block(name)
    params = block.params(numerics=EI, fft=fft, **given)
    block.check(signal, params)
    return Case(block, signal, params, "fixed")


@pytest.mark.parametrize(
    "made",
    [
        case("spectrogram", SHORT),  # frames shorter than the step
        case("spectrogram", SHORT, frame_s=0.0050625, stride_s=0.003, fft_length=256),  # 81 of 256
        case("mfe", SHORT, frame_s=0.016, stride_s=0.016),  # frames next to each other
        case("mfe", SHORT, frame_s=0.0050625, stride_s=0.02, emphasis=1.0, filters=12),
        case("mfe", SHARED, frame_s=0.02, fft_length=512, filters=24),
    ],
)  # fmt: skip
def test_c_equals_the_integers_on_host_and_core(made: Case) -> None:
    x = edges(made.signal)
    raw, q = Built(made).run(x)
    assert np.array_equal(raw, made.block.fixed_reference(x, made.signal, made.params))
    error = np.abs(made.to_units(raw) - made.reference(x))
    assert np.all(error <= made.bound(x))
    there, q_there = Built(made, "cortex-m0plus").run(x)
    assert np.array_equal(raw, there) and np.array_equal(q, q_there)


@pytest.mark.parametrize(("name", "least"), [("spectrogram", 60.0), ("mfe", 65.0)])
def test_recorded_speech_keeps_60_db(name: str, least: float) -> None:
    words = sorted(folder("speech_commands_bed_cat_happy").glob("*/*.wav"))[5::80]
    sounds = [wavfile.read(path)[1][:16000] for path in words]
    x = np.stack([np.pad(s, (0, 16000 - len(s))) for s in sounds]).astype(np.int16)[..., None]
    made = case(name)
    reference = made.reference(x)
    got = made.to_units(made.block.fixed_reference(x, SIGNAL, made.params))
    error, bound = np.abs(got - reference), made.bound(x)
    assert np.all(error <= bound)
    wide = case(name, fft="q31")
    apart = wide.to_units(wide.block.fixed_reference(x, SIGNAL, wide.params)) - reference
    assert 10 * np.log10(np.sum(reference**2) / np.sum(apart**2)) >= 100
    assert 30 <= 10 * np.log10(np.sum(reference**2) / np.sum(bound**2)) < 60  # what is stated
    assert 10 * np.log10(np.sum(reference**2) / np.sum(error**2)) >= least


@pytest.mark.parametrize("name", ["spectrogram", "mfe"])
def test_loud_tones_keep_40_db(name: str) -> None:
    """Where 60 dB are not kept: a tone of full scale beside noise at the floor of the features."""
    t = np.arange(16000) / 16000
    noise = np.random.default_rng(2).normal(size=(3, 16000)) * 2.0**15 * 0.004
    tones = 32000 * np.sin(2 * np.pi * np.array([[310.0], [1234.5], [5000.0]]) * t)
    x = np.clip(np.round(tones + noise), -32768, 32767).astype(np.int16)[..., None]
    made = case(name)
    reference = made.reference(x)
    error = made.to_units(made.block.fixed_reference(x, SIGNAL, made.params)) - reference
    kept = 10 * np.log10(np.sum(reference**2) / np.sum(error**2))
    assert 40 <= kept < 60
    assert np.abs(error).max() <= 0.05


def test_a_frame_takes_half_the_memory() -> None:
    for name, fft in (("spectrogram", 128), ("mfe", 256)):
        wide, narrow = (case(name, fft=bits).c() for bits in ("q31", "q15"))
        before, after = (c.state_bytes + c.scratch_bytes for c in (wide, narrow))
        assert before - after >= 2 * fft - 4


@pytest.mark.parametrize(
    ("name", "given", "way_out"),
    [
        ("spectrogram", {"numerics": "motekit"}, "edge_impulse_v4"),
        ("mfe", {"pcen": True, "numerics": "motekit"}, "q31"),
        ("mfe", {"fft_length": 2048, "frame_s": 0.1}, "noise_floor_db = -48"),
        ("mfe", {"noise_floor_db": -70.0}, "noise_floor_db = -55"),
        ("spectrogram", {"fft_length": 8, "frame_s": 0.0005}, "fft_length = 16"),
    ],
)
def test_what_16_bits_would_spoil_is_refused(name: str, given: dict, way_out: str) -> None:
    block = dsp.block(name)
    with pytest.raises(InputError) as error:
        block.check(SIGNAL, block.params(**{"numerics": EI, "fft": "q15", **given}))
    assert error.value.where == f"{name}.fft" and way_out in str(error.value.way_out)


def test_rounding_is_below_what_is_said_of_it() -> None:
    """Bins beside a tone of full scale, in the unit of edge_impulse_v4."""
    for length in (16, 128, 256, 1024, 4096):
        turns = np.linspace(0.03, 0.47, 24)[:, None] * np.arange(length)
        x = np.round(32767 * np.sin(2 * np.pi * turns)).astype(np.int64)
        power, down = fft_q15.fft_power(x)
        got = np.sqrt(power) * 2.0 ** (down - 1)[:, None]
        wrong = np.mean((got - np.abs(np.fft.rfft(x))) ** 2, axis=-1)
        assert 10 * np.log10(wrong.max() / length / 2**30) <= rounding_db(length) + 1
