"""What cores with an FPU do in instructions of their own, against its meaning, at the edges."""

from __future__ import annotations

import ctypes
import math
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from motekit.targets import toolchain
from motekit.testing.machine import host_library, program

SHARED = Path(str(resources.files("motekit.graph.ops._shared")))
CORES = ("cortex-m4f", "cortex-m33", "cortex-m7")
CONFIG = "#define MK_RAW 0\n"
SOURCE = """
#include "mk_root.h"
#include "mk_features_f32.c"
void mk_try_roots(const uint32_t *x, uint32_t n, uint32_t *out);
void mk_try_roots(const uint32_t *x, uint32_t n, uint32_t *out)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = mk_root(x[i]);
    }
}
void mk_try_puts(const float *x, uint32_t n, int16_t *out);
void mk_try_puts(const float *x, uint32_t n, int16_t *out)
{
    for (uint32_t i = 0; i < n; i++) {
        static const mk_norm norm = {1.0F, 0.0F};
        mk_features to = {&out[i], &norm};
        mk_put_f32(&to, x[i]);
    }
}
"""


@pytest.fixture
def source(tmp_path: Path) -> tuple[list[Path], list[Path]]:
    """(sources, folders of headers)."""
    (tmp_path / "mk_config.h").write_text(CONFIG)
    (tmp_path / "edges.c").write_text(SOURCE)
    runtime = toolchain.runtime("src", "include")
    return [tmp_path / "edges.c"], [tmp_path, SHARED, *runtime]


def roots() -> npt.NDArray[np.uint32]:
    """Squares, their neighbours, and the largest numbers."""
    around = np.r_[np.arange(0, 2000), np.arange(40000, 40500), np.arange(64000, 65536)]
    squares = np.array(around, np.int64) ** 2
    every = np.r_[squares - 1, squares, squares + 1, (1 << 32) - np.arange(1, 3000)]
    return every[(every >= 0) & (every < 1 << 32)].astype(np.uint32)


def values() -> npt.NDArray[np.float32]:
    """Halves and their neighbours, both ends of the range, and what is no number."""
    halves = np.r_[np.arange(-40, 40), -32769, -32768, -32767, 32766, 32767, 32768] + 0.5
    halves = np.r_[halves, halves - 0.5, 1e9, -1e9, 3e38, -3e38, 1e-40, 8388607.0, 8388609.0]
    near = halves.astype(np.float32)
    up, down = np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))
    odd = np.array([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0], np.float32)
    return np.r_[near, up, down, odd].astype(np.float32)


@pytest.mark.parametrize("core", CORES)
def test_roots_are_exact(core: str, source: tuple[list[Path], list[Path]]) -> None:
    x = roots()
    with program(core, source[0], include=source[1]) as machine:
        out = machine.alloc(4 * len(x))
        machine.call("mk_try_roots", machine.put(x), len(x), out)
        seen = machine.array(out, len(x), np.uint32)
    assert seen.tolist() == [math.isqrt(int(v)) for v in x]


@pytest.mark.parametrize("core", CORES)
def test_features_round_as_on_the_host(core: str, source: tuple[list[Path], list[Path]]) -> None:
    x = values()
    with program(core, source[0], include=source[1]) as machine:
        out = machine.alloc(2 * len(x))
        machine.call("mk_try_puts", machine.put(x), len(x), out)
        seen = machine.array(out, len(x), np.int16)
    expected = np.zeros(len(x), np.int16)
    library = host_library(source[0], include=source[1])
    pointer = ctypes.c_void_p
    library.mk_try_puts(pointer(x.ctypes.data), len(x), pointer(expected.ctypes.data))
    assert seen.tolist() == expected.tolist()
    assert expected[-6:].tolist() == [0, 0, 32767, -32768, 0, 0]
