"""A model file → an integer graph, quantized on the way where the file holds float numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.floats.calibrate import Case, calibrate, floats_of
from motekit.graph.floats.compare import Comparison, compare
from motekit.graph.floats.fuse import fuse
from motekit.graph.floats.quantize import quantize
from motekit.graph.floats.real import is_real
from motekit.graph.floats.samples import read_samples
from motekit.graph.oracle import Oracle
from motekit.graph.spec import check

from . import read_model

COMPARED = 100  # samples whose every layer is compared


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

    def as_dict(self) -> dict[str, object]:
        out: dict[str, object] = {"source": self.source, "quantized_by": self.quantized}
        if self.samples[1]:
            out |= {"samples_used": self.samples[0], "samples_given": self.samples[1]}
        return out if self.comparison is None else out | self.comparison.as_dict()


def open_model(
    path: str | Path, name: str | None = None, calibration: Path | None = None,
    oracle: Oracle | None = None,
) -> Opened:  # fmt: skip
    """Read a model file of any known framework; quantize a float one.

    Args:
        name: C identifier for the graph; by default made from the file name.
        calibration: typical inputs (see `read_samples`), needed for a float model.
        oracle: a LiteRT process to use.

    Raises:
        InputError: what `read_model` and `read_samples` refuse; a float model without
            calibration data; calibration data for a model that is quantized already.
    """
    graph, importer, _ = read_model(path, name)
    if not is_real(graph):
        if calibration is not None:
            raise InputError("this model is quantized already", where=path,
                             way_out="leave --calibration away")  # fmt: skip
        return Opened(graph, importer.name)
    if oracle is None:
        with Oracle() as own:
            return _quantized(graph, importer.name, Path(path), calibration, own)
    return _quantized(graph, importer.name, Path(path), calibration, oracle)


def _quantized(
    given: Graph, source: str, path: Path, calibration: Path | None, oracle: Oracle
) -> Opened:
    real = fuse(given)
    said = any(real.type(n).quant is not None for n in floats_of(real))
    if calibration is None:
        if not said:
            raise InputError(
                "this is a float model, and without typical inputs it cannot be quantized",
                where=path,
                way_out="give some with --calibration FILE (.npy, .npz or a folder of them)",
            )
        return Opened(check(quantize(real), "quantization"), source, comparison=Comparison())
    samples = read_samples(calibration, real)
    graph = check(quantize(real, calibrate(real, samples.cases, oracle)), "quantization")
    step = -(-len(samples.cases) // COMPARED)
    comparison = compare(graph, real, samples.cases[::step], oracle)
    counts = (len(samples.cases), samples.given)
    return Opened(graph, source, "calibration", counts, comparison)
