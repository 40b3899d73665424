"""Generated programs under AddressSanitizer and UndefinedBehaviorSanitizer: not a complaint, and
the same bytes as the normal host build and as every other compiler's."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from generated_programs import FLOATS, SPECS, cases, generated, windows
from sanitizers import need

from motekit import targets
from motekit.compiler.generated import Generated
from motekit.compiler.prefix import rename
from motekit.core.errors import InputError
from motekit.core.pipeline import PipelineSpec
from motekit.deploy.host import HostProgram, Outcome
from motekit.deploy.layout import result_dtype, sample_dtype
from motekit.targets.toolchain import Settings, executable, runtime

MAIN = Path(__file__).with_name("batch_main.c")
SANITIZERS = ("address", "undefined", "float-cast-overflow")


def sanitized(generated: Generated, compiler: str, folder: Path) -> Path:
    """The program with a main that reads standard input."""
    files = list(generated.write(folder))
    for source in (MAIN, *runtime("runner/mk_batch.c")):
        path = folder / rename(source.name, generated.name)
        if path.name == MAIN.name:
            path = folder / "main.c"
        path.write_text(rename(source.read_text(), generated.name))
        files.append(path)
    settings = Settings(compiler, "-O1", (folder,), sanitize=SANITIZERS)
    return executable(targets.core("host"), files, folder / "program", settings)


def fed(program: Path, spec: PipelineSpec, mode: str, samples: np.ndarray) -> Outcome:
    """What the program makes of windows ('B', 'C') or of one stream of frames ('S')."""
    data = np.ascontiguousarray(samples, sample_dtype(spec))
    request = struct.pack("<II", ord(mode), len(data)) + data.tobytes()
    done = subprocess.run([str(program)], input=request, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[:4000]
    result, n_features = result_dtype(spec), len(spec.normalizer.mean)
    count = len(done.stdout) // (result.itemsize + 2 * n_features)
    results = np.frombuffer(done.stdout, result, count)
    features = np.frombuffer(done.stdout, "<i2", offset=count * result.itemsize)
    return Outcome.of(features.reshape(count, n_features), results)


def assert_equal(a: Outcome, b: Outcome) -> None:
    for field in ("features", "scores", "anomaly", "decision"):
        assert np.array_equal(getattr(a, field), getattr(b, field)), field


# Each program under gcc's sanitizers; those that hold every part under clang's as well.
UNDER = [(n, a, "gcc") for n, a in cases()]
UNDER += [(n, a, "clang") for n, a in cases() if n in ("everything", "spectrum_f32")]


@pytest.mark.parametrize("name,arithmetic,compiler", UNDER)
def test_windows_and_streams_run_clean_and_equal(
    name: str, arithmetic: str, compiler: str, tmp_path: Path
) -> None:
    need(compiler)
    spec, made = generated(name, arithmetic)
    program = sanitized(made, compiler, tmp_path)
    normal = HostProgram(spec, made)
    some = windows(spec)
    assert_equal(fed(program, spec, "B", some), normal.windows(some))
    stream = some.reshape(-1, some.shape[-1])
    played = fed(program, spec, "S", stream)
    assert_equal(played, normal.play(stream))
    assert len(played.features) == (len(stream) - spec.signal.length) // spec.signal.stride + 1
    one_shot = fed(program, spec, "C", some)
    assert np.array_equal(one_shot.features, normal.windows(some).features)


@pytest.mark.parametrize("name", sorted(FLOATS))
def test_samples_that_are_no_numbers_do_no_harm(name: str, tmp_path: Path) -> None:
    """A float sensor may push NaN, infinity, or what overflows: defined C, the same bytes."""
    need("gcc")
    spec, made = generated(name, "float")
    program = sanitized(made, "gcc", tmp_path)
    some = windows(spec)
    for i, bad in enumerate((np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45)):
        some[2 * i, i::7, i % 2] = bad
        some[2 * i + 1] = bad
    assert_equal(fed(program, spec, "B", some), HostProgram(spec, made).windows(some))


@pytest.mark.parametrize("compiler,opt", [("gcc", "-O0"), ("gcc", "-O3"), ("clang", "-O2")])
@pytest.mark.parametrize("name,arithmetic", [("everything", "float"), ("everything", "fixed")])
def test_no_compiler_and_level_changes_a_byte(
    name: str, arithmetic: str, compiler: str, opt: str
) -> None:
    need(compiler)
    spec, made = generated(name, arithmetic)
    some = windows(spec)
    assert_equal(HostProgram(spec, made, compiler, opt).windows(some),
                 HostProgram(spec, made).windows(some))  # fmt: skip


def test_a_step_too_far_would_be_seen(tmp_path: Path) -> None:
    """The sanitizers are in force: one frame too many and the program dies."""
    need("gcc")
    _, made = generated("raw", "float")
    wrap = "((slot + 1U) == RAW_ONE_RING_FRAMES) ? 0U"
    broken = {
        name: text.replace(wrap, wrap.replace(" + 1U", "")) for name, text in made.files.items()
    }
    assert broken != dict(made.files)
    wrong = Generated(made.name, broken, made.sizes, made.parts, made.layers)
    program = sanitized(wrong, "gcc", tmp_path)
    spec = SPECS["raw"]()
    with pytest.raises(AssertionError, match=r"AddressSanitizer|runtime error"):
        fed(program, spec, "S", windows(spec).reshape(-1, 2))


def test_sanitizers_are_for_the_host() -> None:
    with pytest.raises(InputError, match="host only"):
        targets.toolchain.flags(targets.core("cortex-m4f"), Settings(sanitize=("address",)))
