"""The proof: the binary against everything it must equal, over held-out windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.core.errors import PromiseError
from motekit.core.graph import Graph
from motekit.core.pipeline import PipelineSpec, int8_input
from motekit.graph.exporters.tflite import expressible, to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.run import rebatch

from . import reference
from .emulate import Emulated
from .host import Outcome


@dataclass(frozen=True)
class Proof:
    """The verdict on one binary.

    Args:
        windows: how many were run.
        mismatches: outputs that differ where they must be equal, the sum of `details`.
        details: comparison → outputs that differ: "features" and "scores", "anomaly",
            "decisions" (emulated against host, bit for bit), "network" (against LiteRT's
            reference interpreter, from the features the binary produced), "classifier" (in its
            place where TFLite has no such op: against the integer reference), "detector"
            (against the integer reference of the anomaly graph), "values" and "regressor" (as
            "scores" and "network"), "identity".
        feature_flips: int8 network inputs that differ from those of the exact features.
        decision_flips: windows whose top class differs from that of the exact features.
        dsp_max_error, dsp_bound: largest |binary − float64 reference| and largest stated bound,
            in standard deviations of the feature.
        over_bound: features whose error exceeds their own bound in some window.
    """

    core: str
    compiler: str
    opt: str
    windows: int
    mismatches: int
    details: Mapping[str, int]
    feature_flips: int
    decision_flips: int
    dsp_max_error: float
    dsp_bound: float
    over_bound: int

    @property
    def holds(self) -> bool:
        return self.mismatches == 0 and self.over_bound == 0

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "holds": self.holds}

    def require(self) -> None:
        """Raise PromiseError unless the proof holds."""
        if self.mismatches:
            wrong = ", ".join(f"{n} {what}" for what, n in self.details.items() if n)
            raise PromiseError(
                f"the binary differs from its reference: {wrong} in {self.windows} windows",
                where=f"{self.core}, {self.compiler} {self.opt}",
                way_out="a fault of motekit or of the compiler: do not ship this build; report it "
                "with the build's proof folder, which holds the vectors",
            )
        if self.over_bound:
            raise PromiseError(
                f"{self.over_bound} features exceed their stated error bound",
                where=f"{self.core}, {self.compiler} {self.opt}",
                value=f"up to {self.dsp_max_error:.2g} standard deviations",
                way_out="the program computes what its C says, and that is further from the "
                "float64 reference than it may be: a fault of motekit, or samples far outside of "
                "what motekit check accepts; report it with the build's proof folder, and build "
                "without the block until then",
            )


def litert(graph: Graph, q: npt.NDArray[np.int16], oracle: Oracle) -> npt.NDArray[np.int8]:
    """Outputs of LiteRT's reference interpreter for Q8.8 features, (windows, outputs)."""
    n = len(q)
    inputs = int8_input(q)
    wide = rebatch(graph, n)
    shape = graph.type(graph.inputs[0]).shape
    if wide is not None:
        ((out,),) = oracle.run(to_tflite(wide), [[inputs.reshape(wide.type(wide.inputs[0]).shape)]])
        return out.reshape(n, -1).astype(np.int8)
    outs = oracle.run(to_tflite(graph), [[row.reshape(shape)] for row in inputs])
    return np.concatenate([o[0].reshape(1, -1) for o in outs]).astype(np.int8)


def prove(
    spec: PipelineSpec,
    windows: npt.NDArray[np.generic],
    emulated: Emulated,
    host: Outcome,
    oracle: Oracle,
    *,
    core: str,
    compiler: str,
    opt: str,
) -> Proof:
    """Compare one emulated run with the host, the oracle and the references.

    Args:
        windows: shape (windows, samples, channels), what both ran on.
        host: the same windows on the host build.
        oracle: a LiteRT process.
    """
    seen = emulated.outcome
    details = {
        "features": _differ(seen.features, host.features),
        "scores": _differ(seen.scores, host.scores),
        "anomaly": _differ(seen.anomaly, host.anomaly),
        "decisions": _differ(seen.decision, host.decision),
        "identity": int(emulated.identity.hex() != spec.identity[: 2 * len(emulated.identity)]),
    }
    expected = reference.outputs(spec, seen.features)
    if "classifier" in spec.graphs and len(windows):
        graph = spec.graphs["classifier"]
        if expressible(graph):
            details["network"] = _differ(seen.scores, litert(graph, seen.features, oracle))
        else:
            details["classifier"] = _differ(seen.scores, expected.scores)
    if "regressor" in spec.graphs and len(windows):
        details["values"] = _differ(seen.value, host.value)
        told = litert(spec.graphs["regressor"], seen.features, oracle)
        details["regressor"] = _differ(seen.value, told[:, 0])
    if "anomaly" in spec.graphs:
        details["detector"] = _differ(seen.anomaly, expected.anomaly)
    arithmetic = targets.core(core).spec.arithmetic
    exact = reference.features(spec, windows)
    error = np.abs(_natural(spec, emulated, arithmetic) - exact)
    bound = reference.bounds(spec, windows, arithmetic)
    ideal_q = reference.quantized(spec, exact)
    ideal = reference.outputs(spec, ideal_q)
    std = spec.normalizer.std
    return Proof(
        core=core,
        compiler=compiler,
        opt=opt,
        windows=len(windows),
        mismatches=sum(details.values()),
        details=details,
        feature_flips=_differ(int8_input(seen.features), int8_input(ideal_q)),
        decision_flips=_top_differs(seen.scores, ideal.scores),
        dsp_max_error=float((error / std).max(initial=0.0)),
        dsp_bound=float((bound / std).max(initial=0.0)),
        over_bound=int((~(error <= bound)).any(axis=0).sum()),
    )


def _natural(spec: PipelineSpec, emulated: Emulated, arithmetic: str) -> npt.NDArray[np.float64]:
    """The binary's features in their units."""
    values = emulated.natural.astype(np.float64)
    return values * reference.lsb(spec) if arithmetic == "fixed" else values


def _differ(a: npt.NDArray[np.generic], b: npt.NDArray[np.generic]) -> int:
    """Elements that are not equal; every element if the shapes are not."""
    if a.shape != b.shape:
        return max(a.size, b.size, 1)
    return int((a != b).sum())


def _top_differs(a: npt.NDArray[np.int8], b: npt.NDArray[np.int8]) -> int:
    """Windows whose most probable class is another one."""
    if not a.shape[1]:
        return 0
    return int((a.argmax(axis=1) != b.argmax(axis=1)).sum())
