"""Chains of blocks as C: with a window in the ring, and with none at all."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from generated_programs import SPECS, generated, pipeline, use, windows

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.errors import InputError
from motekit.core.pipeline import PipelineSpec
from motekit.deploy import reference
from motekit.deploy.host import HostProgram
from motekit.deploy.layout import result_dtype
from motekit.dsp import pipeline as front_end
from motekit.dsp.chain import settled, stages

NAMES = ("chained", "in_flight", "sensing", "picture")


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize("name", NAMES)
def test_chains_are_their_references(name: str, arithmetic: str) -> None:
    spec, made = generated(name, arithmetic)
    x = windows(spec)
    program = HostProgram(spec, made)
    means_its_references(spec, program, x, arithmetic)
    stream = x.reshape(-1, 2)
    starts = range(0, len(stream) - spec.signal.length + 1, spec.signal.stride)
    cut = program.windows(np.stack([stream[s : s + spec.signal.length] for s in starts]))
    played = program.play(stream)
    assert np.array_equal(played.features, cut.features)
    assert np.array_equal(played.decision[:1], cut.decision[:1])


def means_its_references(
    spec: PipelineSpec, program: HostProgram, x: npt.NDArray[np.int16], arithmetic: str
) -> None:
    """Features of windows: within the bounds, in fixed point bit for bit."""
    got = program.windows(x).features
    if arithmetic == "fixed":
        want = front_end.fixed(x, spec.signal, spec.blocks)
        assert np.array_equal(got, spec.normalizer.q_fixed(want, reference.lsb(spec).tolist()))
    else:
        exact, bound = reference.features(spec, x), reference.bounds(spec, x, "float")
        ideal = reference.quantized(spec, exact).astype(np.float64)
        slack = bound / spec.normalizer.std / spec.normalizer.z_lsb * 256 + 1.01
        slack += np.abs(ideal) * 2.0**-20
        assert np.all(np.abs(got - ideal) <= slack)


@pytest.mark.parametrize(
    ("arithmetic", "core"), [("float", "cortex-m4f"), ("fixed", "cortex-m0plus")]
)
def test_forms_of_spectral_share_a_program(arithmetic: str, core: str) -> None:
    """A spectrum, a wavelet and neither: each compiles in what the others do not use."""
    spec = pipeline(
        "forms", use("spectral", fft_length=64), use("spectral", analysis="wavelet", level=0),
        use("spectral", fft_length=0, filter="low", cutoff_hz=5.0),
    )  # fmt: skip
    program = HostProgram(spec, compile_pipeline(spec, targets.core(core).spec))
    means_its_references(spec, program, windows(spec), arithmetic)


def test_no_window_is_kept_where_no_block_reads_one() -> None:
    """Two windows under way take less than one in the ring, where the signal is decimated."""
    _, made = generated("in_flight", "float")
    assert made.sizes["ring_bytes"] == SPECS["in_flight"]().slack * 2 * 2
    assert made.sizes["state_bytes"] < 3 * 64 * 2 * 2
    _, other = generated("chained", "float")
    assert other.sizes["ring_bytes"] == (4 + 64) * 2 * 2
    assert other.sizes["state_bytes"] == 0


@pytest.mark.parametrize(
    ("arithmetic", "core"), [("float", "cortex-m4f"), ("fixed", "cortex-m0plus")]
)
def test_the_length_of_a_vector_is_filtered_and_read(arithmetic: str, core: str) -> None:
    spec = pipeline(
        "vector", use("magnitude", (0, 1), name="m"), use("flatten", source="m"),
        use("filter", source="m", name="calm", cutoff_hz=5.0), use("spectral", source="calm"),
    )  # fmt: skip
    program = HostProgram(spec, compile_pipeline(spec, targets.core(core).spec))
    means_its_references(spec, program, windows(spec), arithmetic)


@pytest.mark.parametrize("what", ["ring", "ring and steps", "no window", "as they come"])
def test_windows_may_leave_gaps(what: str) -> None:
    """A stride longer than the window: the frames between two windows are passed over."""
    uses = {
        "ring": (use("flatten"),),
        "ring and steps": (use("flatten"), use("orientation", (0, 1, 0))),
        "no window": (use("orientation", (0, 1, 0)),),
        "as they come": (use("orientation", (0, 1, 0)), use("raw", (1,)), use("raw")),
    }[what]
    spec = pipeline("gap", *uses, window=16, stride=25)
    program = HostProgram(spec, compile_pipeline(spec, targets.core("cortex-m4f").spec))
    x = windows(spec).reshape(-1, 2)
    starts = range(0, len(x) - 15, 25)
    cut = program.windows(np.stack([x[s : s + 16] for s in starts]))
    assert np.array_equal(program.play(x).features, cut.features)


def test_an_overrun_starts_the_windows_under_way_anew() -> None:
    spec, made = generated("in_flight", "float")
    program = HostProgram(spec, made)
    x = windows(spec).reshape(-1, 2)[:400]
    lib, name = program._library, spec.name
    getattr(lib, f"{name}_init")()
    result = np.zeros(1, result_dtype(spec))
    at = result.ctypes.data_as(ctypes.c_void_p)
    done, runs, run = [], [], []
    for i, frame in enumerate(x):
        f = np.ascontiguousarray(frame)
        taken = getattr(lib, f"{name}_push")(f.ctypes.data_as(ctypes.c_void_p)) == 0
        run = [*run, i] if taken else run
        if not taken and run:
            runs, run = [*runs, run], []
        if not 150 <= i < 160:  # the ring of four frames overflows there
            while getattr(lib, f"{name}_process")(at):
                done.append(result["scores"][0].copy())
    runs.append(run)
    length, stride = spec.signal.length, spec.signal.stride
    starts = [r[0] + s for r in runs for s in range(0, len(r) - length + 1, stride)]
    assert len(runs) == 2
    want = program.windows(np.stack([x[s : s + length] for s in starts]))
    assert np.array_equal(np.array(done), want.scores)


@pytest.mark.parametrize(
    ("uses", "says"),
    [
        ((use("filter", name="a"),), "makes features"),
        ((use("filter", name="a"), use("raw")), "no block reads"),
        ((use("filter"), use("raw")), "a name of its own"),
        ((use("raw", source="a"),), "further up makes"),
        ((use("raw", name="a"),), "names of their own"),
        ((use("filter", name="a"), use("raw", (2,), "a")), "has 2 channels"),
        ((use("filter", name="a"), use("filter", name="a"), use("raw", source="a")), "of its own"),
        (
            (use("filter", name="a", cutoff_hz=2.0, keep_every=8), use("lags", source="a")),
            "samples",
        ),
    ],
)
def test_refuses_compositions_that_do_not_fit(uses: tuple, says: str) -> None:
    spec = SPECS["raw"]()
    with pytest.raises(InputError, match=says) as error:
        front_end.check(spec.signal if spec.signal.length > 8 else SPECS["lags"]().signal, uses)
    assert error.value.way_out and "block" in str(error.value.where)


def test_two_filters_of_one_program_share_their_code() -> None:
    spec = pipeline(
        "two", use("filter", (0,), name="a"), use("filter", (1,), name="b", kind="median", taps=3),
        use("flatten", source="a"), use("flatten", source="b"),
    )  # fmt: skip
    made = compile_pipeline(spec, targets.core("cortex-m4f").spec)
    assert sum(name.endswith("filter_f32.c") for name in made.files) == 1


@pytest.mark.parametrize(
    ("arithmetic", "core"), [("float", "cortex-m4f"), ("fixed", "cortex-m0plus")]
)
@pytest.mark.parametrize(("window", "stride"), [(200, 200), (192, 96), (90, 100)])
def test_a_spectrum_keeps_no_window(window: int, stride: int, arithmetic: str, core: str) -> None:
    """Each window is what it is alone: apart, overlapping, with gaps; a channel picked, too."""
    spec = pipeline(
        "flow", use("spectral", fft_length=8, numerics="edge_impulse_v4"),
        use("spectral", (1,), fft_length=0, filter="high", cutoff_hz=5.0, order=2),
        window=window, stride=stride,
    )  # fmt: skip
    made = compile_pipeline(spec, targets.core(core).spec)
    assert made.sizes["ring_bytes"] == spec.slack * 2 * 2
    program = HostProgram(spec, made)
    x = windows(spec)
    means_its_references(spec, program, x, arithmetic)
    stream = x.reshape(-1, 2)
    cut = np.stack([stream[i : i + window] for i in range(0, len(stream) - window + 1, stride)])
    assert np.array_equal(program.play(stream).features, program.windows(cut).features)


@pytest.mark.parametrize(
    ("arithmetic", "core"), [("float", "cortex-m4f"), ("fixed", "cortex-m0plus")]
)
def test_windows_kept_and_not_kept_share_a_program(arithmetic: str, core: str) -> None:
    """That of the filtered signal is read as a whole, the sensor's is not."""
    spec = pipeline(
        "both", use("filter", (1,), name="calm", cutoff_hz=9.0),
        use("spectral", fft_length=8, filter="low", cutoff_hz=9.0), use("lags", lags=[2, 5]),
        use("spectral", (), "calm", fft_length=64, taper="hann", combine="mean"),
        window=256, stride=256,
    )  # fmt: skip
    made = compile_pipeline(spec, targets.core(core).spec)
    assert made.sizes["ring_bytes"] == spec.slack * 2 * 2
    means_its_references(spec, HostProgram(spec, made), windows(spec), arithmetic)


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_a_window_that_is_kept_anyway_is_read(arithmetic: str) -> None:
    """Lags alone keep no window; beside crossings of the mean they read the one that is there."""
    alone = pipeline("alone", use("lags", lags=[2]), use("spectral", fft_length=8), window=256)
    beside = replace(alone, blocks=(*alone.blocks, use("flatten", crossings=True)))
    for spec, kept in ((alone, False), (beside, True)):
        signal = replace(spec.signal, stride=256)
        placed = settled(stages(signal, spec.blocks), signal, arithmetic)
        assert {s.signal.kept for s in placed} == {kept}
        forms = [s.block.c(s.signal, s.use.params, arithmetic) for s in placed[:2]]
        assert {c.history for c in forms} == {kept}
