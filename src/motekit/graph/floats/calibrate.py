"""Ranges of a float model's activations over calibration samples, measured by LiteRT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.exporters.tflite import Written, write
from motekit.graph.oracle import Oracle

from .ranges import Ranges

BATCH_BYTES = 1 << 25  # of activations that one request to the interpreter brings back
RESOLVER = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"  # float kernels, every tensor kept

Case = Sequence[npt.NDArray[np.generic]]


def activations(
    graph: Graph, written: Written, cases: Sequence[Case], names: Sequence[str], oracle: Oracle,
    resolver: str,
) -> Iterator[dict[str, npt.NDArray[np.generic]]]:  # fmt: skip
    """What a graph's tensors hold in each case, computed by LiteRT."""
    bytes_a_case = 4 * sum(graph.type(name).size for name in names) + 1
    step = max(1, BATCH_BYTES // bytes_a_case)
    index = [written.index[name] for name in names]
    for start in range(0, len(cases), step):
        rows = oracle.run(
            written.content, cases[start : start + step], resolver=resolver, tensors=index
        )
        yield from (dict(zip(names, row, strict=True)) for row in rows)


def floats_of(real: Graph) -> list[str]:
    """The float32 activations of a real graph, inputs included."""
    return [
        name
        for name, tensor in real.tensors.items()
        if tensor.type.dtype == "float32" and not tensor.is_constant
    ]


def calibrate(real: Graph, cases: Sequence[Case], oracle: Oracle) -> Ranges:
    """(lowest, highest) value of every activation over all cases.

    Raises:
        InputError: an activation is not finite, or LiteRT cannot run the float model.
    """
    names = floats_of(real)
    low, high = dict.fromkeys(names, np.inf), dict.fromkeys(names, -np.inf)
    for found in activations(real, write(real), cases, names, oracle, RESOLVER):
        for name, values in found.items():
            low[name] = min(low[name], float(values.min(initial=0)))
            high[name] = max(high[name], float(values.max(initial=0)))
    for name in names:
        if not np.isfinite([low[name], high[name]]).all():
            raise InputError("the float model gives a value that is not finite", where=name,
                             way_out="check the calibration data and the model")  # fmt: skip
    return {name: (low[name], high[name]) for name in names}
