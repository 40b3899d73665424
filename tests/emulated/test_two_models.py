"""Two models in one image: they link without a clash, both prove, and neither hears the other."""

from __future__ import annotations

import ctypes
import shutil
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from generated_programs import everything, pipeline, use, windows

from motekit import targets
from motekit.compiler.generated import Generated
from motekit.compiler.pipeline import compile_pipeline
from motekit.compiler.prefix import rename
from motekit.core.pipeline import Decision, PipelineSpec
from motekit.deploy.emulate import (
    Emulated,
    EmulatedProgram,
    link_program,
    part_symbols,
    runner_source,
)
from motekit.deploy.host import HostProgram, Outcome
from motekit.deploy.layout import result_dtype
from motekit.deploy.prove import Proof, prove
from motekit.graph.oracle import Oracle
from motekit.targets.emulation import Machine
from motekit.targets.toolchain import Settings, load, program, runtime, shared_library

MAIN = Path(__file__).with_name("two_models_main.c")
CASES = [("cortex-m4f", "zig"), ("cortex-m0plus", "zig"), ("cortex-m4f", "gcc")]


def specs() -> tuple[PipelineSpec, PipelineSpec]:
    """Different windows, blocks and networks, and some blocks in common."""
    second = pipeline(
        "second", use("flatten"), use("spectral", filter="high", fft_length=32), window=48,
        stride=16, detector=True, decision=Decision(0.3, smooth=2), seed=5,
    )  # fmt: skip
    return everything("first", seed=3), second


def written(both: tuple[Generated, Generated], folder: Path) -> list[Path]:
    """All files of both programs in one folder, as a product would have them."""
    files = []
    for made in both:
        clash = [name for name in made.files if (folder / name).exists()]
        assert not clash
        files += made.write(folder)
    return files


@dataclass(frozen=True)
class Image:
    """One ELF with both models.

    Args:
        both: of each model what it is and what was printed for it.
    """

    core: str
    compiler: str
    elf: Path
    both: tuple[tuple[PipelineSpec, Generated], ...]

    def windows(self, which: int, some: np.ndarray) -> Emulated:
        """What one model makes of windows, through its own proof runner."""
        spec, made = self.both[which]
        player = EmulatedProgram(spec, made, self.core, self.elf)
        start = player.machine.start

        def started() -> None:
            start()
            player.machine.exchange(struct.pack("<I", ord("AB"[which])))

        player.machine.start = started  # type: ignore[method-assign]
        return player.windows(some, each=False)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(case))
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Image:
    core, compiler = request.param
    if compiler == "gcc" and shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc on the PATH")
    folder = tmp_path_factory.mktemp("image")
    target = targets.core(core).spec
    first, second = ((spec, compile_pipeline(spec, target)) for spec in specs())
    files = written((first[1], second[1]), folder)
    for _, made in (first, second):
        runner = folder / rename("mk_runner.c", made.name)
        main = f"int {made.name}_main(void)"
        text = runner_source(made.name).replace("int main(void)", f"{main};\n{main}")
        runner.write_text(text)
        files.append(runner)
    parts = [
        symbol for _, made in (first, second) for symbol in part_symbols(made, target).values()
    ]
    settings = Settings(compiler, "-Os", (folder,), whole=True)
    elf = program(targets.core(core), [*files, MAIN], folder / "both.elf", settings, parts=parts)
    return Image(core, compiler, elf, (first, second))


def proven(image: Image, which: int, seen: Emulated, some: np.ndarray) -> Proof:
    spec, made = image.both[which]
    host = HostProgram(spec, made).windows(some)
    with Oracle() as oracle:
        return prove(
            spec, some, seen, host, oracle, core=image.core, compiler=image.compiler, opt="-Os"
        )


@pytest.mark.parametrize("which", [0, 1])
def test_both_prove_in_one_image(image: Image, which: int) -> None:
    some = windows(image.both[which][0])
    seen = image.windows(which, some)
    proof = proven(image, which, seen, some)
    assert proof.windows == len(some) and proof.holds, proof


@pytest.mark.parametrize("which", [0, 1])
def test_each_gives_what_it_gives_alone(image: Image, which: int, tmp_path: Path) -> None:
    spec, made = image.both[which]
    some = windows(spec)
    elf = link_program(made, image.core, tmp_path / "alone.elf", image.compiler)
    alone = EmulatedProgram(spec, made, image.core, elf).windows(some, each=False)
    together = image.windows(which, some)
    assert_same(together.outcome, alone.outcome)
    assert np.array_equal(together.natural, alone.natural)
    assert together.identity == alone.identity


def test_streams_in_turn_do_not_mix(image: Image) -> None:
    """A frame for one, a frame for the other: every result is that of the stream alone."""
    (spec_a, made_a), (spec_b, made_b) = image.both
    frames = 400
    streams = [windows(spec).reshape(-1, 2)[:frames] for spec in (spec_a, spec_b)]
    machine = Machine(image.core, image.elf)
    machine.start()
    machine.exchange(struct.pack("<I", ord("X")))
    pairs = np.concatenate(streams, axis=1).astype("<i2").tobytes()
    reply = machine.exchange(pairs)
    for made, spec, stream, seen in zip(
        (made_a, made_b), (spec_a, spec_b), streams, parsed(reply, frames, spec_a, spec_b),
        strict=True,
    ):  # fmt: skip
        assert_same(seen, HostProgram(spec, made).play(stream))


def test_both_in_one_library_of_the_host(tmp_path: Path) -> None:
    target = targets.core("host").spec
    both = tuple((spec, compile_pipeline(spec, target)) for spec in specs())
    files = written((both[0][1], both[1][1]), tmp_path)
    for spec, _ in both:
        batch = tmp_path / rename("mk_batch.c", spec.name)
        batch.write_text(rename(runtime("runner/mk_batch.c")[0].read_text(), spec.name))
        files.append(batch)
    library = tmp_path / "both.so"
    shared_library(targets.core("host"), files, library, Settings(include=(tmp_path,)))
    loaded = load(library)
    for spec, made in (*both, *both):  # each twice: the second time behind the other
        some = windows(spec)
        results = np.zeros(len(some), result_dtype(spec))
        features = np.zeros((len(some), len(spec.normalizer.mean)), np.int16)
        done = getattr(loaded, f"{spec.name}_batch")(
            *(ctypes.c_void_p(a.ctypes.data) if isinstance(a, np.ndarray) else ctypes.c_uint32(a)
              for a in (some, len(some), results, features))
        )  # fmt: skip
        assert done == len(some)
        assert_same(Outcome.of(features, results), HostProgram(spec, made).windows(some))


def test_one_name_twice_is_refused_by_the_linker(tmp_path: Path) -> None:
    """The names are what keeps two models apart."""
    spec = everything("first")
    other = replace(specs()[1], name="first")
    target = targets.core("host").spec
    a, b = (compile_pipeline(s, target) for s in (spec, other))
    files = a.write(tmp_path / "a")
    files += b.write(tmp_path / "b")
    with pytest.raises(Exception, match="cannot be linked"):
        shared_library(targets.core("host"), files, tmp_path / "x.so", Settings())


def parsed(reply: bytes, frames: int, *specs: PipelineSpec) -> list[Outcome]:
    """What 'X' wrote: for each pair of frames who completed a window, and then their results."""
    found: list[tuple[list[np.void], list[np.ndarray]]] = [([], []) for _ in specs]
    at = 0
    for _ in range(frames):
        done = reply[at : at + 2]
        at += 2
        for flag, spec, (results, features) in zip(done, specs, found, strict=True):
            if flag:
                dtype, n = result_dtype(spec), len(spec.normalizer.mean)
                results.append(np.frombuffer(reply, dtype, 1, at)[0])
                features.append(np.frombuffer(reply, "<i2", n, at + dtype.itemsize))
                at += dtype.itemsize + 2 * n
    assert at == len(reply)
    return [
        Outcome.of(np.array(features), np.array(results, dtype=result_dtype(spec)))
        for spec, (results, features) in zip(specs, found, strict=True)
    ]


def assert_same(a: Outcome, b: Outcome) -> None:
    for field in ("features", "scores", "anomaly", "decision"):
        assert np.array_equal(getattr(a, field), getattr(b, field)), field
