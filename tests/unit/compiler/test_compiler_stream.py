"""The C of a streaming program: `<name>_step`, `<name>_reset`, and what its header says."""

import ctypes
from pathlib import Path

import numpy as np
import pytest
from stream_models import ONE, Model

from motekit import targets
from motekit.compiler.interface import Window
from motekit.compiler.network_file import compile_network, digest
from motekit.graph import run
from motekit.graph.stream import Stepped, stepped
from motekit.targets import compilers
from motekit.targets.toolchain import Settings, compile_objects
from motekit.testing.machine import host_library

HOP = 2


@pytest.fixture(scope="module")
def made() -> Stepped:
    m = Model(np.random.default_rng(9), (1, 13, 1, 3))
    m.layer("conv_2d", (3, 1), 5)
    m.layer("max_pool_2d", (2, 1))
    m.layer("conv_2d", (4, 1), 2)
    m.add("mean", axes=(1, 2), keep_dims=False, **ONE)
    return stepped(m.graph(), hop=HOP)


def files(made: Stepped, folder: Path) -> list[Path]:
    window = Window(made.frames, made.hop, digest(made.batch))
    program = compile_network(made.graph, "toy", targets.core("host").spec, window=window)
    return list(program.write(folder))


def test_steps_say_when_the_window_is_full_and_a_reset_begins_anew(
    made: Stepped, tmp_path: Path
) -> None:
    library = host_library(files(made, tmp_path), include=[tmp_path])
    step = library.toy_step
    step.argtypes, step.restype = [ctypes.c_void_p] * 2, ctypes.c_int
    stream = np.random.default_rng(3).integers(-128, 128, (1, 26, 1, 3)).astype(np.int8)
    wanted = [run(made.batch, w)[0] for w in made.windows(stream)]
    out = np.zeros(wanted[0].shape, np.int8)
    for length in (13, 5, 13):
        for i, (frames,) in enumerate(made.steps(stream)[:length]):
            missing = step(frames.ctypes.data, out.ctypes.data)
            assert missing == max(0, 7 - (i + 1)), i
            assert np.array_equal(out, wanted[i]), i
        library.toy_reset()


def test_the_header_tells_the_window(made: Stepped, tmp_path: Path) -> None:
    files(made, tmp_path)
    header = (tmp_path / "toy.h").read_text()
    for line in ("TOY_WINDOW_FRAMES 13", "TOY_HOP_FRAMES 2", "TOY_WARMUP_STEPS 7",
                 "TOY_INPUT_BYTES 6", "int toy_step(", "void toy_reset(void);"):  # fmt: skip
        assert line in header
    assert f"#define TOY_STATE_BYTES {sum(-(-k.nbytes // 4) * 4 for k in made.kept)}" in header
    assert digest(made.batch) in header and "toy_invoke" not in header


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_no_warnings(made: Stepped, compiler: str, tmp_path: Path) -> None:
    settings = Settings(compiler, "-O2", (tmp_path,), extra=compilers.STRICT)
    compile_objects(targets.core("host"), files(made, tmp_path), settings)


def test_a_model_without_memory_has_steps_too(tmp_path: Path) -> None:
    m = Model(np.random.default_rng(4), (1, 8, 1, 3))
    m.layer("conv_2d", (1, 1), 2)
    one = stepped(m.graph())
    assert one.kept == ()
    library = host_library(files(one, tmp_path), include=[tmp_path])
    assert b"toy_step" in (tmp_path / "toy.h").read_bytes()
    frame, out = np.full((1, 1, 1, 3), 9, np.int8), np.zeros(2, np.int8)
    step = library.toy_step
    step.argtypes = [ctypes.c_void_p] * 2
    assert step(frame.ctypes.data, out.ctypes.data) == 7
    assert np.array_equal(out, run(one.batch, [np.full((1, 8, 1, 3), 9, np.int8)])[0][0, -1, 0])
