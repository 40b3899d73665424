"""The FFT of 16 bits: C against the integers of Python bit for bit, both against float64."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

import motekit
from motekit.dsp import fft_q15, integer
from motekit.testing.machine import host_library, program

DSP = Path(motekit.__file__).parent / "runtime" / "dsp"
SOURCE = DSP / "mk_fft_q15.c"
FULL = 32767
# Least signal to error in dB of the amplitudes of all bins, by length: of white noise, of a tone of
# full scale at any frequency. mk_fft_q15.h has them, too.
STATED = {16: (79, 77), 64: (75, 73), 128: (74, 72), 256: (73, 70), 512: (72, 67), 1024: (71, 65),
          4096: (69, 58)}  # fmt: skip


def edges(length: int) -> np.ndarray:
    """Windows whose sums come near what 16 bits hold, and ones with next to nothing in them."""
    n = np.arange(length)
    rng = np.random.default_rng(length)
    rows = (
        rng.integers(-FULL, FULL + 1, length),
        FULL * np.sin(2 * np.pi * 0.123 * n),
        np.full(length, FULL), np.full(length, -FULL),
        np.where(n % 2, FULL, -FULL),
        np.where(n == length // 3, FULL, 0),
        rng.choice([-FULL, FULL], length),
        np.where(n % 4 < 2, FULL, -FULL), np.where((n + 1) % 4 < 2, FULL, -FULL),
        np.zeros(length), rng.integers(-1, 2, length), np.where(n == 5, -1, 0),
    )  # fmt: skip
    return np.stack([np.round(row) for row in rows]).astype(np.int64)


def in_order(words: np.ndarray, dc: int, length: int) -> np.ndarray:
    """Powers of bins 0 … length/2 from where the C leaves them."""
    order = integer.bit_reversed(length // 2)
    return np.concatenate([[dc], words[order[1:]], words[:1]]).astype(np.int64)


class Plan(ctypes.Structure):
    _fields_ = (("twiddle", ctypes.c_void_p), ("length", ctypes.c_uint32))


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    lib = host_library([SOURCE], include=[DSP], extra=["-fsanitize=signed-integer-overflow",
                                                       "-fsanitize-trap=all"])  # fmt: skip
    lib.mk_fft_power_q15.restype = ctypes.c_uint32
    return lib


@pytest.mark.parametrize("length", [16, 32, 64, 128, 256, 512, 1024, 4096, 16384])
def test_c_equals_the_integers(library: ctypes.CDLL, length: int) -> None:
    x = edges(length)
    want, down = fft_q15.fft_power(x)
    assert want.max() < 2**32
    table = fft_q15.twiddles(length)
    plan, shift = Plan(table.ctypes.data, length), ctypes.c_int32()
    for i, row in enumerate(x):
        y = row.astype(np.int16)
        at = y.ctypes.data_as(ctypes.c_void_p)
        dc = library.mk_fft_power_q15(ctypes.byref(plan), at, ctypes.byref(shift))
        assert shift.value == down[i]
        assert np.array_equal(in_order(y.view(np.uint32), dc, length), want[i]), i


@pytest.mark.parametrize(
    ("core", "compiler"), [("cortex-m0plus", "zig"), ("cortex-m0plus", "gcc"),
                           ("cortex-m4f", "zig"), ("cortex-m4f", "gcc")],
)  # fmt: skip
def test_cores_give_the_same_bits(core: str, compiler: str) -> None:
    """Plain C on the small core, one instruction for two products on the other."""
    with program(core, [SOURCE], include=[DSP], compiler=compiler) as machine:
        for length in (16, 128, 256):
            x = edges(length)
            want, down = fft_q15.fft_power(x)
            plan = machine.put(np.array([machine.put(fft_q15.twiddles(length)), length], np.uint32))
            shift = machine.alloc(4)
            for i, row in enumerate(x):
                at = machine.put(row.astype(np.int16))
                dc = machine.call("mk_fft_power_q15", plan, at, shift)
                assert machine.array(shift, 1, np.int32)[0] == down[i]
                got = in_order(machine.array(at, length // 2, np.uint32), dc, length)
                assert np.array_equal(got, want[i]), (length, i)


def kept(x: np.ndarray) -> np.ndarray:
    """Signal to error of amplitudes in dB, a window."""
    power, down = fft_q15.fft_power(x)
    got = np.sqrt(power) * 2.0 ** (down - 1)[:, None]
    want = np.abs(np.fft.rfft(x))
    wrong = np.sum((got - want) ** 2, axis=-1)
    return np.asarray(10 * np.log10(np.sum(want**2, axis=-1) / np.maximum(wrong, 1e-9)))


@pytest.mark.parametrize("length", STATED)
def test_noise_and_tones_keep_what_is_stated(length: int) -> None:
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(60, length))
    noise = np.round(noise / np.abs(noise).max(axis=-1, keepdims=True) * FULL).astype(np.int64)
    turns = rng.uniform(0.001, 0.499, (60, 1)) * np.arange(length) + rng.uniform(0, 1, (60, 1))
    tones = np.round(FULL * np.sin(2 * np.pi * turns)).astype(np.int64)
    assert kept(noise).min() >= STATED[length][0]
    assert kept(tones).min() >= STATED[length][1]


@pytest.mark.parametrize("length", [16, 256, 4096])
def test_constants_impulses_and_one_count(length: int) -> None:
    x = edges(length)
    assert kept(x[2:5]).min() >= 90 and kept(x[5:9]).min() >= 69
    power, _ = fft_q15.fft_power(x[[9]])
    assert not power.any()
    # A caller who does not scale up pays for it: one count of 2^15 is within the rounding.
    power, down = fft_q15.fft_power(x[[11]])
    assert np.abs(np.sqrt(power) * 2.0 ** (down - 1)[:, None] - 1).max() <= 4


def test_lengths() -> None:
    assert [n for n in (0, 8, 16, 20, 24, 4096, 16384, 32768) if fft_q15.supports(n)] == [
        16, 4096, 16384,
    ]  # fmt: skip
