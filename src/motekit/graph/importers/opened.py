"""A model file → an integer graph, quantized on the way where the file holds float numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.importer import Importer
from motekit.graph.floats.calibrate import Case, calibrate, floats_of
from motekit.graph.floats.compare import Comparison, compare, outputs_distance, stored_case
from motekit.graph.floats.fuse import fuse
from motekit.graph.floats.quantize import quantize
from motekit.graph.floats.real import is_real
from motekit.graph.floats.samples import Samples, read_samples
from motekit.graph.floats.spread import spread
from motekit.graph.oracle import Oracle
from motekit.graph.spec import check

from . import read_model
from .interface import channels_last

COMPARED = 100  # samples whose every layer is compared
FEW = 10  # samples; with less, ranges hang on each of them
ACTIVATIONS = ("int8", "int16")
RANDOM = 20  # inputs drawn where the file says how everything is quantized


@dataclass(frozen=True)
class Opened:
    """An integer graph and how it came about.

    Args:
        graph: what gets compiled.
        source: importer that read the file.
        quantized: "file" if the file says how every tensor is quantized, "calibration" if
            motekit chose it by calibration data.
        samples: calibration samples used, and how many were given.
        comparison: distance from the source; None for a model that needed no change.
    """

    graph: Graph
    source: str
    quantized: str = "file"
    samples: tuple[int, int] = (0, 0)
    comparison: Comparison | None = None

    @property
    def cases(self) -> Sequence[Case]:
        """Calibration samples as the graph takes them."""
        return self.comparison.cases if self.comparison is not None else ()

    @property
    def wide(self) -> bool:
        """Whether activations are int16."""
        return any(self.graph.type(name).dtype == "int16" for name in self.graph.inputs)

    def as_dict(self) -> dict[str, object]:
        out: dict[str, object] = {"source": self.source, "quantized_by": self.quantized}
        if self.wide:
            out["activations"] = "int16"
        if self.samples[1]:
            out |= {"samples_used": self.samples[0], "samples_given": self.samples[1]}
        return out if self.comparison is None else out | self.comparison.as_dict()


def with_channels_last(opened: Opened) -> Opened:
    """The model with inputs and outputs in the kernels' order, where a transpose stood there."""
    found = channels_last(opened.graph)
    if not found.inputs and not found.outputs:
        return opened
    told = [_taken(found.graph, "input", name) for name in found.inputs]
    told += [_taken(found.graph, "output", name) for name in found.outputs]
    before = opened.comparison or Comparison()
    cases = [
        [
            np.transpose(array, found.inputs[name]) if name in found.inputs else array
            for name, array in zip(opened.graph.inputs, case, strict=True)
        ]
        for case in before.cases
    ]
    comparison = replace(before, cases=cases, notes=(*before.notes, *told))
    return replace(opened, graph=check(found.graph, "channels last"), comparison=comparison)


def _taken(graph: Graph, what: str, name: str) -> str:
    return f"{what} {name} has its channels last: {'x'.join(map(str, graph.type(name).shape))}"


def open_model(
    path: str | Path, name: str | None = None, calibration: Path | None = None,
    oracle: Oracle | None = None, compared: bool = True, activations: str = "int8",
) -> Opened:  # fmt: skip
    """Read a model file of any known framework; quantize a float one.

    Args:
        name: C identifier for the graph; by default made from the file name.
        calibration: typical inputs (see `read_samples`), needed for a float model; for a model
            that says how it is quantized they only serve to measure the distance.
        oracle: a LiteRT process to use.
        compared: measure the distance of a model that says how it is quantized.
        activations: "int8" or "int16", for a float model.

    Raises:
        InputError: what `read_model` and `read_samples` refuse; a float model without
            calibration data; calibration data for an integer .tflite.
    """
    path = Path(path)
    graph, importer, content = read_model(path, name)
    if not graph.ops:
        raise InputError("the model computes nothing: its outputs are its inputs", where=path)
    real = spread(fuse(graph)) if is_real(graph) else None
    said = real is None or any(real.type(n).quant is not None for n in floats_of(real))
    if calibration is not None and real is None:
        raise InputError("this model is quantized already", where=path,
                         way_out="leave --calibration away")  # fmt: skip
    if activations not in ACTIVATIONS:
        raise InputError("no such type of activations", where="--activations", value=activations,
                         way_out=f"choose one of: {', '.join(ACTIVATIONS)}")  # fmt: skip
    if activations != "int8" and (real is None or said):
        raise InputError("this model says itself how it is quantized", where=path,
                         way_out="leave --activations away")  # fmt: skip
    if real is None:
        return Opened(graph, importer.name)
    if calibration is None and not said:
        raise InputError(
            "this is a float model, and without typical inputs it cannot be quantized",
            where=path,
            way_out="give some with --calibration FILE (.npy, .npz or a folder of them)",
        )
    if said and not compared and _complete(real):
        return Opened(check(quantize(real), "quantization"), importer.name)
    with contextlib.ExitStack() as stack:
        litert = oracle if oracle is not None else stack.enter_context(Oracle())
        if said and (calibration is None or _complete(real)):
            return _as_said(real, importer, content, calibration, litert)
        assert calibration is not None
        return _calibrated(real, importer, content, calibration, litert, activations)


def _complete(real: Graph) -> bool:
    """Whether the source says all that quantizing needs."""
    try:
        quantize(real)
    except InputError:
        return False
    return True


def _as_said(
    real: Graph, importer: Importer, content: bytes, inputs: Path | None, oracle: Oracle
) -> Opened:
    """The graph as the source quantizes it, compared on random inputs if none are given."""
    graph = check(quantize(real), "quantization")
    cases: Sequence[Case]
    if inputs is None:
        cases, about = random_inputs(real, RANDOM), "random inputs over the range of each input"
    else:
        cases, about = read_samples(inputs, real).cases[:COMPARED], "the inputs given"
    found = compare(graph, real, cases, oracle)
    found = _from_source(found, graph, importer, content, cases, oracle)
    notes = (*found.notes, f"quantized as the file says; compared on {about}")
    stored = () if inputs is None else [stored_case(graph, case) for case in cases]
    return Opened(graph, importer.name, comparison=replace(found, notes=notes, cases=stored))


def _calibrated(
    real: Graph, importer: Importer, content: bytes, calibration: Path, oracle: Oracle,
    activations: str,
) -> Opened:  # fmt: skip
    samples = read_samples(calibration, real)
    ranges = calibrate(real, samples.cases, oracle)
    graph = check(quantize(real, ranges, activations), "quantization")
    cases = samples.cases[:: -(-len(samples.cases) // COMPARED)]
    found = compare(graph, real, cases, oracle)
    found = _from_source(found, graph, importer, content, cases, oracle)
    found = replace(found, notes=(*found.notes, *_doubts(samples)))
    counts = (len(samples.cases), samples.given)
    return Opened(graph, importer.name, "calibration", counts, found)


def _doubts(samples: Samples) -> list[str]:
    """What makes ranges from these samples doubtful."""
    first = samples.cases[0]
    if all(
        np.array_equal(a, b) for case in samples.cases for a, b in zip(case, first, strict=True)
    ):
        return ["warning: all calibration samples are alike, so most ranges are too narrow"]
    if len(samples.cases) < FEW:
        return [f"warning: {len(samples.cases)} calibration samples are few; ranges may be narrow"]
    return []


def _from_source(
    found: Comparison, graph: Graph, importer: Importer, content: bytes, cases: Sequence[Case],
    oracle: Oracle,
) -> Comparison:  # fmt: skip
    """With the distance from what the source's own runtime gives, or why there is none."""
    if importer.source is None:
        return found
    try:
        source = importer.source(content, cases)
        away = outputs_distance(
            graph, cases[: len(source.outputs)], source.outputs, source.name, oracle
        )
    except InputError as error:
        return replace(found, notes=(*found.notes, f"not compared with the source: {error.line()}"))
    return replace(found, distances=(away, *found.distances))


def random_inputs(real: Graph, count: int, seed: int = 0) -> list[list[npt.NDArray[np.generic]]]:
    """Inputs drawn evenly from what each input's quantization can hold."""
    rng = np.random.default_rng(seed)
    found: list[list[npt.NDArray[np.generic]]] = []
    for _ in range(count):
        case: list[npt.NDArray[np.generic]] = []
        for name in real.inputs:
            type_ = real.type(name)
            if type_.quant is None:
                case.append(np.zeros(type_.shape, type_.dtype))
                continue
            scale, zero = type_.quant.per_tensor
            steps = rng.integers(-128, 128, type_.shape) - zero
            case.append((steps * scale).astype(np.float32))
        found.append(case)
    return found
