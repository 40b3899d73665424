"""What quantization cost: each layer's noise, and the distance of the outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType, dequantize
from motekit.graph.exporters.tflite import write, write_float
from motekit.graph.oracle import Oracle

from . import scales
from .calibrate import RESOLVER, Case, activations, floats_of
from .simulate import simulate

F64 = npt.NDArray[np.float64]
FLOAT = "the float model in LiteRT"
PERFECT_DB = 120.0  # what is said where there is no error at all


@dataclass(frozen=True)
class LayerNoise:
    """One layer's output, the errors of all layers before included.

    Args:
        sqnr_db: 10 log10 of signal power over error power, at most 120.
        saturated: share of values that lie beyond what the integers hold.
        scale: real units per step.
    """

    layer: str
    op: str
    sqnr_db: float
    saturated: float
    scale: float


@dataclass(frozen=True)
class Distance:
    """Outputs against those of the model they were made from, in real units.

    Args:
        against: what computed the others.
        max_abs, mean_abs: difference of single output values.
        max_steps: the largest difference in steps of the output's scale.
        beyond_one_step: share of output values more than one step apart.
        top1: share of samples whose largest output is the same one; None for a single output.
        samples: how many inputs were compared.
    """

    against: str
    max_abs: float
    mean_abs: float
    max_steps: float
    beyond_one_step: float
    top1: float | None
    samples: int


@dataclass(frozen=True)
class Comparison:
    """An integer model beside its source on some inputs; nothing here says how well either does
    on data that has labels."""

    layers: tuple[LayerNoise, ...] = ()
    distances: tuple[Distance, ...] = ()
    notes: tuple[str, ...] = ()
    cases: Sequence[Case] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, object]:
        return {
            "layers": [asdict(layer) for layer in self.layers],
            "distances": [asdict(distance) for distance in self.distances],
            "notes": list(self.notes),
        }


def stored_case(graph: Graph, case: Case) -> list[npt.NDArray[np.generic]]:
    """Real inputs as the integer graph takes them."""
    out: list[npt.NDArray[np.generic]] = []
    for name, values in zip(graph.inputs, case, strict=True):
        type_ = graph.type(name)
        real = values.astype(np.float64)
        quant = type_.quant
        out.append(values if quant is None else scales.quantized(real, quant, type_.dtype))
    return out


def compare(graph: Graph, real: Graph, cases: Sequence[Case], oracle: Oracle) -> Comparison:
    """Noise of every layer and distance of the outputs over `cases`, both run by LiteRT.

    Where the source says how it is quantized, the other side rounds there too.

    Args:
        graph: the integer graph of `real`.
        cases: real inputs, float32.
    """
    other = simulate(real)
    against = "its own arithmetic, float with the file's roundings" if other.rounded else FLOAT
    shared = [n for n in floats_of(real) if n in graph.tensors]
    places = [other.rounded.get(n, n) for n in shared]
    power, error, beyond = ({n: 0.0 for n in shared} for _ in range(3))
    stored = [stored_case(graph, case) for case in cases]
    ends = _Ends(graph)
    pairs = zip(
        activations(other.graph, write_float(other.graph), cases, places, oracle, RESOLVER),
        activations(graph, write(graph), stored, shared, oracle, "BUILTIN_REF"),
        strict=True,
    )
    for found, gots in pairs:
        wants = {name: found[place] for name, place in zip(shared, places, strict=True)}
        for name in shared:
            want = wants[name].astype(np.float64)
            got = dequantize(gots[name], graph.type(name))
            power[name] += float(np.mean(want**2)) if want.size else 0.0
            error[name] += float(np.mean((want - got) ** 2)) if want.size else 0.0
            beyond[name] += _beyond(want, graph.type(name))
        ends.add([wants[n] for n in graph.outputs], [gots[n] for n in graph.outputs])
    layers = []
    makers = {graph.inputs[0]: ("input", graph.inputs[0])} if graph.inputs else {}
    makers |= {n: ("input", n) for n in graph.inputs}
    makers |= {op.outputs[0]: (op.kind, op.name) for op in graph.ops}
    for name in (*graph.inputs, *(op.outputs[0] for op in graph.ops)):
        quant = graph.type(name).quant
        if name in power and quant is not None:
            kind, layer = makers[name]
            layers.append(
                LayerNoise(layer, kind, decibels(power[name], error[name]),
                           beyond[name] / len(cases), quant.per_tensor[0])
            )  # fmt: skip
    return Comparison(tuple(layers), (ends.distance(against),), cases=stored)


def outputs_distance(
    graph: Graph, cases: Sequence[Case], wanted: Sequence[Case], against: str, oracle: Oracle
) -> Distance:
    """Distance of the integer graph's outputs, run by LiteRT, from `wanted` real outputs."""
    ends = _Ends(graph)
    stored = [stored_case(graph, case) for case in cases]
    for got, want in zip(oracle.run(write(graph).content, stored), wanted, strict=True):
        ends.add(want, got)
    return ends.distance(against)


class _Ends:
    """Collects differences of outputs."""

    def __init__(self, graph: Graph) -> None:
        self.types = [graph.type(name) for name in graph.outputs]
        self.total = self.largest = self.steps = 0.0
        self.values = self.far = self.top = self.rows = self.cases = 0

    def add(self, wants: Case, gots: Case) -> None:
        self.cases += 1
        for want, got, type_ in zip(wants, gots, self.types, strict=True):
            real = want.astype(np.float64).reshape(-1)
            ours = dequantize(got, type_).reshape(-1)
            step = type_.quant.per_tensor[0] if type_.quant is not None else 1.0
            off = np.abs(real - ours)
            self.total += float(off.sum())
            self.values += off.size
            self.largest = max(self.largest, float(off.max(initial=0)))
            self.steps = max(self.steps, float(off.max(initial=0)) / step)
            self.far += int((off > step).sum())
            if off.size > 1:
                self.rows += 1
                self.top += int(real.argmax() == ours.argmax())

    def distance(self, against: str) -> Distance:
        values = max(self.values, 1)
        return Distance(
            against, self.largest, self.total / values, self.steps, self.far / values,
            self.top / self.rows if self.rows else None, self.cases,
        )  # fmt: skip


def decibels(power: float, error: float) -> float:
    """Signal over error in dB, at most 120."""
    if error <= power * 10 ** (-PERFECT_DB / 10):
        return PERFECT_DB
    return 10 * math.log10(power / error) if power > 0 else 0.0


def _beyond(real: F64, type_: TensorType) -> float:
    """Share of values that the integers cannot hold."""
    info = np.iinfo(type_.dtype)
    low, high = dequantize(np.array([info.min, info.max]), type_)
    step = (high - low) / (int(info.max) - int(info.min))
    outside = (real < low - step / 2) | (real > high + step / 2)
    return float(outside.mean()) if real.size else 0.0
