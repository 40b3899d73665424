"""Programs that the tests of generated C print: every block and option, both arithmetics.

Weights are random: what the tests look at is the C, not what it recognises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from motekit import dsp, targets
from motekit.compiler.generated import Generated
from motekit.compiler.pipeline import compile_pipeline
from motekit.compiler.select import Optimize
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.params import from_mapping
from motekit.core.pipeline import BlockUse, Decision, Normalizer, PipelineSpec
from motekit.core.tensors import TensorType
from motekit.dsp import pipeline as front_end
from motekit.graph.ops.kmeans import smallest_shift
from motekit.testing.specs import dense_graph, small_spec

# One core of each arithmetic; its kernels compile on the host, too.
CORES = {"float": "cortex-m4f", "fixed": "cortex-m0plus"}


def use(
    block: str, channels: tuple[int, ...] = (), source: str = "", name: str = "", **given: object
) -> BlockUse:
    """A block with parameters by name."""
    params = from_mapping(dsp.block(block).params, given, block)
    return BlockUse(block, params, channels, source, name)


def detector_graph(features: int, clusters: int = 5, seed: int = 0) -> Graph:
    """A K-means detector with random clusters over up to four of the features."""
    rng = np.random.default_rng(seed)
    axes = tuple(range(0, features, 2))[:4]
    centres = rng.integers(-3000, 3000, (clusters, len(axes))).astype(np.int16)
    shift = smallest_shift(centres)
    radii = rng.integers(0, 2000 >> shift, clusters).astype(np.int16)
    tensors = (
        Tensor("features", TensorType((1, features), "int16")),
        Tensor("centres", TensorType(centres.shape, "int16"), centres),
        Tensor("radii", TensorType(radii.shape, "int16"), radii),
        Tensor("score", TensorType((1, 1), "int32")),
    )
    attrs = {"axes": axes, "shift": shift}
    op = Op("kmeans", "clusters", ("features", "centres", "radii"), ("score",), attrs)
    return Graph("anomaly", {t.name: t for t in tensors}, (op,), ("features",), ("score",))


def pipeline(
    name: str,
    *uses: BlockUse,
    window: int = 64,
    stride: int = 24,
    sample: str = "int16",
    scale: float | None = None,
    classifier: bool = True,
    detector: bool = False,
    decision: Decision | None = None,
    seed: int = 0,
) -> PipelineSpec:
    """Two channels at 50 Hz, these blocks, a random network and perhaps a random detector."""
    base = small_spec(name, window, stride)
    unit = 1.0 if sample == "float32" else scale or base.signal.scale[0]
    signal = replace(base.signal, sample=sample, scale=(unit, unit), units=("count", "count"))
    n = len(front_end.describe(signal, uses))
    rng = np.random.default_rng(seed)
    norm = Normalizer(rng.normal(0, 0.1, n), rng.uniform(0.2, 2.0, n), 0.03)
    graphs = {"classifier": dense_graph(n, (6, 3), norm.z_lsb, seed)} if classifier else {}
    decision = decision or Decision(threshold=0.4)
    if detector:
        graphs["anomaly"] = detector_graph(n, seed=seed)
        decision = replace(decision, anomaly_threshold=300)
    return replace(
        base,
        signal=signal,
        blocks=uses,
        normalizer=norm,
        graphs=graphs,
        classes=base.classes if classifier else (),
        decision=decision,
        identity=f"{seed:02x}cd" * 16,
    )


def everything(name: str = "every", seed: int = 0) -> PipelineSpec:
    """Three blocks on chosen channels, network and detector, smoothing and hold-off."""
    return pipeline(
        name,
        use("flatten", (1,)),
        use("lags", (0,), lags=[1, 2]),
        use("spectral", filter="low", cutoff_hz=3.0, order=6, fft_length=16),
        detector=True,
        decision=Decision(0.4, smooth=3, hold_off=2),
        seed=seed,
    )


def chained(name: str = "chain") -> PipelineSpec:
    """A filter read by two blocks and another filter; the sensor's own signal is read, too."""
    return pipeline(
        name,
        use("filter", name="smooth", cutoff_hz=8.0),
        use("filter", (1,), "smooth", "slow", kind="low", cutoff_hz=2.0, keep_every=4),
        use("flatten", (0,)),
        use("flatten", (1, 0), "smooth", correlation=True),
        use("lags", (), "slow", lags=[1, 3]),
        use("spectral", source="smooth", filter="low", cutoff_hz=3.0, fft_length=16),
    )


def in_flight(name: str = "flight", sample: str = "int16") -> PipelineSpec:
    """No block reads the sensor's window: no window is kept, and two are under way at a time."""
    return pipeline(
        name,
        use("filter", name="slow", cutoff_hz=2.0, keep_every=4, settle_s=0.16),
        use("filter", (0,), name="calm", kind="median", taps=3),
        use("filter", (), "calm", "mean", kind="low", design="fir", taps=5, keep_every=5),
        use("flatten", source="slow"),
        use("raw", source="mean"),
        stride=40,
        sample=sample,
    )


def sensing(name: str = "sense", sample: str = "int16") -> PipelineSpec:
    """Blocks that see samples as they come, for windows that overlap."""
    fine = {"resolution": 0.001} if sample == "float32" else {}
    return pipeline(
        name,
        use("heart", (1,), pnn50=True, beats=True, amplitude=True, **fine),
        use("bands", (), edges_hz=[1.0, 4.0, 12.0], names=["slow", "fast"], ratios=["slow/fast"]),
        use("electrodermal", (0,), **fine),
        use("orientation", (0, 1, 0)),
        use("filter", (1,), name="calm", cutoff_hz=5.0, keep_every=2),
        use("heart", (), "calm", kind="ppg", **fine),
        window=260,
        stride=200,
        sample=sample,
    )


SPECS: dict[str, Callable[[], PipelineSpec]] = {
    "raw": lambda: pipeline("raw_one", use("raw"), window=8, stride=4),
    "flatten": lambda: pipeline(
        "flat",
        use(
            "flatten",
            crossings=True,
            activity=True,
            correlation=True,
            zero_crossings=True,
            energy=True,
            percentiles=[25, 75],
            magnitude_area=True,
        ),
    ),
    "filtered": lambda: pipeline(
        "low",
        use("spectral", filter="low", cutoff_hz=3.0, order=4, fft_length=32, bands=5, mask=False),
    ),
    "spectrum": lambda: pipeline("high", use("spectral", filter="high", fft_length=64)),
    "flowing": lambda: pipeline(  # windows that are not kept
        "flow",
        use("spectral", (1,), fft_length=16, decimation=3, filter="low", cutoff_hz=4.0),
        use("spectral", fft_length=8, numerics="edge_impulse_v4"),
        window=256,
        stride=200,
    ),
    "apart": lambda: pipeline(  # windows that leave gaps
        "gap", use("raw", (1,)), use("lags", lags=[1, 3]), window=300, stride=320
    ),
    "lags": lambda: pipeline("lag", use("lags", lags=[1, 4, 16])),
    "cepstra": lambda: pipeline(
        "mel",
        use("flatten", (1,)),
        use(
            "mfcc",
            (0,),
            numerics="edge_impulse_v4",
            frame_s=0.4,
            stride_s=0.4,
            fft_length=16,
            filters=4,
            coefficients=3,
        ),
        stride=64,
    ),
    "shared": lambda: pipeline(
        "share", use("mfcc", (1,), frame_s=0.4, stride_s=0.16, filters=4, coefficients=3)
    ),
    "equalised": lambda: pipeline(  # beside logarithms; frames that overlap and frames apart
        "pcen",
        use("mfe", (0,), frame_s=0.4, stride_s=0.16, filters=4, pcen=True),
        use("mfcc", (1,), frame_s=0.4, stride_s=0.16, filters=4, coefficients=3),
        use("mfcc", (1,), frame_s=0.16, stride_s=0.16, filters=2, coefficients=2, pcen=True),
    ),
    "detector": lambda: pipeline("odd", use("flatten"), classifier=False, detector=True),
    "everything": everything,
    "chained": chained,
    "in_flight": in_flight,
    "sensing": sensing,
    "picture": lambda: pipeline(
        "picture", use("image", (1,), source_width=8, width=4, height=5), stride=64, scale=1.0
    ),
}
FLOATS = {  # what only float samples have
    "sensing_f32": lambda: sensing("sense_f", "float32"),
    "in_flight_f32": lambda: in_flight("flight_f", "float32"),
    "raw_f32": lambda: pipeline("raw_f", use("raw"), window=8, stride=4, sample="float32"),
    "spectrum_f32": lambda: pipeline(
        "high_f", use("flatten"), use("spectral", filter="high"), sample="float32", detector=True
    ),
}

OTHERS = {  # in no table of all programs
    "widths": lambda: pipeline(  # frames of 16 and of 32 bits in one program
        "width",
        use(
            "spectrogram",
            (0,),
            numerics="edge_impulse_v4",
            frame_s=0.3,
            stride_s=0.16,
            fft_length=16,
            fft="q15",
        ),
        use(
            "mfe",
            (1,),
            numerics="edge_impulse_v4",
            frame_s=0.3,
            stride_s=0.16,
            fft_length=16,
            filters=2,
        ),
        use(
            "mfe",
            (1,),
            numerics="edge_impulse_v4",
            frame_s=0.3,
            stride_s=0.16,
            fft_length=16,
            filters=2,
            fft="q15",
        ),
    ),
    "cosines": lambda: pipeline(
        "cos",
        use("mfcc", (0,), frame_s=1.28, stride_s=1.28, fft_length=64, filters=16, coefficients=16),
        stride=64,
    ),
}


def cases() -> list[tuple[str, str]]:
    """(name, arithmetic) of every program."""
    both = [(name, arithmetic) for name in SPECS for arithmetic in CORES]
    return both + [(name, "float") for name in FLOATS]


def spec_of(name: str) -> PipelineSpec:
    """The pipeline of a name of `cases`."""
    return (SPECS | FLOATS | OTHERS)[name]()


def generated(
    name: str, arithmetic: str, optimize: Optimize = "speed"
) -> tuple[PipelineSpec, Generated]:
    """The pipeline and its printed program."""
    spec = spec_of(name)
    return spec, compile_pipeline(spec, targets.core(CORES[arithmetic]).spec, optimize)


def windows(spec: PipelineSpec, count: int = 24) -> np.ndarray:
    """Windows that use the whole range of a sample: random, silent, and at both ends.

    Shape (count + 6, samples, channels).
    """
    signal = spec.signal
    rng = np.random.default_rng(7)
    shape = (count, signal.length, len(signal.channels))
    swing = np.where(np.arange(signal.length)[:, None] % 2, 32767, -32768)
    steps = np.where(np.arange(signal.length)[:, None] < signal.length // 2, 32767, -32768)
    edges = [0, 32767, -32768, swing, steps, -steps - 1]
    flat = [np.broadcast_to(np.asarray(e), shape[1:]) for e in edges]
    counts = np.concatenate([rng.integers(-32768, 32768, shape), np.stack(flat)])
    if signal.sample == "int16":
        return counts.astype(np.int16)
    return (counts / 4096).astype(np.float32)
