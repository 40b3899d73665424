"""The C that blocks share, piece by piece, against exact arithmetic."""

import ctypes
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import motekit
from motekit.dsp import integer, mixed, tables
from motekit.dsp import wide as w
from motekit.targets.emulation import Machine
from motekit.testing.machine import host_library, program

RUNTIME = Path(motekit.__file__).parent / "runtime"
HEADERS = (RUNTIME / "include", RUNTIME / "dsp")


class Wide(ctypes.Structure):
    _fields_ = (("m", ctypes.c_uint32), ("e", ctypes.c_int32))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("config")
    (folder / "mk_config.h").write_text("#define MK_FFT_ODD 1\n#define MK_FFT_DC 1\n")
    return folder


def library(config: Path, *names: str, **options: object) -> ctypes.CDLL:
    files = [next(RUNTIME.glob(f"*/{name}")) for name in names]
    return host_library(files, include=(*HEADERS, config), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def wide_c(config: Path) -> ctypes.CDLL:
    lib = library(config, "mk_wide.c")
    for name in ("from", "times", "over", "root"):
        getattr(lib, f"mk_wide_{name}").restype = Wide
    lib.mk_wide_from.argtypes = (ctypes.c_uint64, ctypes.c_int32)
    lib.mk_wide_whole.restype = ctypes.c_uint64
    return lib


NUMBERS = st.one_of(
    st.integers(0, 2**64 - 1), st.integers(0, 3), st.integers(0, 64).map(lambda b: (1 << b) - 1)
)


@settings(max_examples=200, deadline=None)
@given(a=NUMBERS, b=NUMBERS, e=st.integers(-40, 40))
def test_wide_numbers(wide_c: ctypes.CDLL, a: int, b: int, e: int) -> None:
    """The C equals the Python bit for bit, and both are near the exact value."""
    ca, cb = wide_c.mk_wide_from(a, e), wide_c.mk_wide_from(b, 0)
    pa, pb = w.wide(a, e), w.wide(b)
    assert (ca.m, ca.e) == (int(pa.m), int(pa.e))
    assert math.isclose(ca.m * 2.0**ca.e, a * 2.0**e, rel_tol=2.0**-31)
    product, again = wide_c.mk_wide_times(ca, cb), w.times(pa, pb)
    assert (product.m, product.e) == (int(again.m), int(again.e))
    root, other = wide_c.mk_wide_root(ca), w.root(pa)
    assert (root.m, root.e) == (int(other.m), int(other.e))
    assert math.isclose(root.m * 2.0**root.e, math.sqrt(ca.m * 2.0**ca.e), rel_tol=2.0**-28)
    for to in (-60, 0, 5):
        assert wide_c.mk_wide_to(ca, to) == int(w.to(pa, to))
    if b:
        quotient, same = wide_c.mk_wide_over(ca, cb), w.over(pa, pb)
        assert (quotient.m, quotient.e) == (int(same.m), int(same.e))
        exact = (ca.m * 2.0**ca.e) / (cb.m * 2.0**cb.e)
        assert math.isclose(quotient.m * 2.0**quotient.e, exact, rel_tol=2.0**-29)
        assert wide_c.mk_wide_log2(cb) == int(w.log2(pb))
        assert abs(wide_c.mk_wide_log2(cb) - 65536 * math.log2(cb.m * 2.0**cb.e)) < 4
        assert wide_c.mk_wide_whole(cb) == int(w.whole(pb))


MULTIPLY = """
#include "mk_fix.h"
int32_t mk_test_high(int32_t a, int32_t b);
int32_t mk_test_high(int32_t a, int32_t b) { return mk_mulhi(a, b); }
int32_t mk_test_16(int32_t a, int32_t b);
int32_t mk_test_16(int32_t a, int32_t b) { return mk_mul16(a, b); }
uint64_t mk_test_square(uint32_t a);
uint64_t mk_test_square(uint32_t a) { return mk_square(a); }
uint64_t mk_test_whole(uint32_t a, uint32_t b);
uint64_t mk_test_whole(uint32_t a, uint32_t b) { return mk_multiply(a, b); }
"""
ENDS = [0, 1, -1, 2**31 - 1, -(2**31), 2**16, -(2**16), 2**16 - 1, 0x7FFF8000, -0x7FFF8001]


@pytest.mark.parametrize("narrow", [0, 1])
def test_multiplications_are_exact_on_any_core(tmp_path: Path, narrow: int) -> None:
    source = tmp_path / "multiply.c"
    source.write_text(MULTIPLY)
    lib = host_library([source], include=HEADERS, defines={"MK_NARROW_MULTIPLY": narrow})
    lib.mk_test_square.restype = lib.mk_test_whole.restype = ctypes.c_uint64
    numbers = ENDS + np.random.default_rng(4).integers(-(2**31), 2**31, 60).tolist()
    for a in numbers:
        assert lib.mk_test_square(abs(a)) == a * a
        for b in numbers:
            assert lib.mk_test_high(a, b) == (a * b) >> 32
            assert lib.mk_test_whole(a & 0xFFFFFFFF, abs(b)) == (a & 0xFFFFFFFF) * abs(b)
            short = max(-32768, min(32767, b >> 16))
            assert lib.mk_test_16(a, short) == (a * short) >> 16


def test_logarithm(config: Path) -> None:
    lib = library(config, "mk_log_f32.c")
    lib.mk_log10f.restype, lib.mk_log10f.argtypes = ctypes.c_float, (ctypes.c_float,)
    x = np.concatenate([np.logspace(-37, 38, 4001), 1 + np.linspace(-0.3, 0.42, 4001)])
    x = x.astype(np.float32)
    got = np.array([lib.mk_log10f(float(v)) for v in x])
    want = np.log10(x.astype(np.float64))
    assert np.all(np.abs(got - want) <= 8e-7 + 2 * np.spacing(np.abs(want).astype(np.float32)))
    assert lib.mk_log10f(1.0) == 0.0
    assert -38.4 < lib.mk_log10f(0.0) < -37.9


@pytest.mark.parametrize("length", [8, 16, 32, 64, 128, 256, 512, 1024])
def test_transforms(config: Path, length: int) -> None:
    x = np.random.default_rng(length).normal(size=length)
    want = np.abs(np.fft.rfft(x)) ** 2
    lib = library(config, "mk_fft_f32.c", "mk_fft_q.c")
    lib.mk_fft_power_q.restype = ctypes.c_uint64
    order = integer.bit_reversed(length // 2)
    y, table = x.astype(np.float32), tables.twiddles(length)
    plan = struct_of(table, length)
    lib.mk_fft_power_f32(plan, y.ctypes.data_as(ctypes.c_void_p))
    got = np.append(y[2 * order], y[1]) / 4
    assert np.allclose(got, want, rtol=1e-4, atol=1e-5 * want.max())

    z = np.round(x / np.abs(x).max() * 2**28).astype(np.int32)
    exact = integer.fft_power(z.astype(np.int64))
    fixed_plan = struct_of(integer.twiddles(length), length)
    dc = lib.mk_fft_power_q(fixed_plan, z.ctypes.data_as(ctypes.c_void_p))
    pairs = z.view(np.uint64)
    assert dc == exact[0] and pairs[0] == exact[-1]
    assert np.array_equal(pairs[order[1:]], exact[1:-1])
    scaled = exact.astype(float) * (length / 4) ** 2 * (np.abs(x).max() / 2**28) ** 2
    assert np.allclose(scaled, want, rtol=1e-5, atol=1e-6 * want.max())


def struct_of(table: np.ndarray, length: int) -> ctypes.Structure:
    class Plan(ctypes.Structure):
        _fields_ = (("twiddle", ctypes.c_void_p), ("length", ctypes.c_uint32))

    plan = Plan(table.ctypes.data, length)
    plan.keep = table
    return ctypes.byref(plan)


@pytest.mark.parametrize("cutoff", [0.001, 0.01, 0.1, 0.24, 0.4, 0.49])
@pytest.mark.parametrize("kind", ["low", "high"])
def test_integer_sections_keep_their_precision_at_any_cutoff(cutoff: float, kind: str) -> None:
    from scipy import signal

    for row in signal.butter(8, 2 * cutoff, kind, output="sos"):
        a1, a2 = integer.section(row[1] / row[0], row[4], row[5], 0).taps()
        meant, have = 1 + row[4] + row[5], 1 + a1 + a2
        assert abs(have - meant) <= 3e-5 * meant
        assert abs(a1 - row[4]) < 2e-5 and abs(a2 - row[5]) < 2e-5
        assert np.max(np.abs(np.roots([1, a1, a2]))) < 1


ARM_LOOPS = ("mk_filter3_f32.c", "mk_fft_f32.c", "mk_moments_f32.c")
LENGTHS = (8, 16, 32, 64, 128, 256, 512, 1024, 10, 12, 18, 20, 50, 90, 100, 320, 480)


def edges(length: int) -> list[np.ndarray]:
    """Noise, numbers at the ends of the range of floats, an impulse, a constant, zeros."""
    rng = np.random.default_rng(length)
    impulse = np.zeros(length)
    impulse[length // 3] = 32768
    rows = (
        rng.normal(size=length) * 100,
        rng.choice([0.0, -0.0, 1e-30, -3e-39, 1e15], size=length),
        impulse, np.full(length, -1.0), np.full(length, -0.0),
    )  # fmt: skip
    return [row.astype(np.float32) for row in rows]


def plan_of(machine: Machine, length: int) -> tuple[str, int]:
    """The function that transforms this length, and its first argument."""
    if not mixed.is_mixed(length):
        table = machine.put(tables.twiddles(length))
        return "mk_fft_power_f32", machine.put(np.array([table, length], np.uint32))
    table, places = machine.put(mixed.twiddles(length)), machine.put(mixed.mixed(length).places)
    return "mk_fft_mixed_f32", machine.put(np.array([table, places, length], np.uint32))


@pytest.mark.parametrize("compiler", ["zig", "gcc"])
def test_assembly_computes_what_the_c_beside_it_computes(config: Path, compiler: str) -> None:
    """The loops for Arm FPUs against the plain C, on the same emulated core: every power."""
    out = []
    for arm, fused in ((0, 0), (1, 0), (1, 1)):
        files = [next(RUNTIME.glob(f"*/{name}")) for name in ARM_LOOPS]
        defines = {"MK_ARM_FP": arm, "MK_FFT_FUSED": fused, "MK_FFT_MIXED": 1}
        with program(
            "cortex-m4f", files, include=(*HEADERS, config), defines=defines, compiler=compiler
        ) as machine:
            powers = []
            for length in LENGTHS:
                call, plan = plan_of(machine, length)
                for x in edges(length):
                    at = machine.put(x)
                    machine.call(call, plan, at)
                    y = machine.array(at, length, np.uint32)
                    powers.append(np.append(y[::2], y[1]))
            out.append(np.concatenate(powers))
    assert np.array_equal(out[0], out[1]) and np.array_equal(out[0], out[2])


def test_angles_of_blocks_that_meet_add_up_to_a_quarter() -> None:
    """What lets the last pass use the cosines of one block as the sines of the other."""
    table = tables.twiddles(4096).reshape(-1, 2)
    for first in (1, 2, 4, 256, 512):
        rows = table[first : 2 * first]
        assert np.array_equal(rows, rows[::-1, ::-1])
