"""Calibration ranges, and how ops that need one quantization for all inputs spread theirs."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph

from . import ties

Ranges = Mapping[str, tuple[float, float]]  # tensor → (lowest, highest) real value


def shared_ranges(real: Graph, shadow: Graph, ranges: Ranges) -> Ranges:
    """Ranges in which the inputs of a concatenation and the like have that of its output, so
    that no conversion is needed before it; as the TFLite converter does it.

    Only where nothing else uses an input, and through ops that keep a quantization.
    """
    found = dict(ranges)
    for op in reversed(real.ops):
        out = op.outputs[0]
        if out not in found or real.type(out).quant is not None or not ties.shares(op, shadow):
            continue
        for name in ties.activations(op, shadow):
            _spread(real, shadow, found, name, found[out])
    return found


def _spread(
    real: Graph, shadow: Graph, found: dict[str, tuple[float, float]], name: str,
    range_: tuple[float, float],
) -> None:  # fmt: skip
    while name in found and real.type(name).quant is None and len(real.consumers(name)) == 1:
        found[name] = range_
        op = real.producer(name)
        if op is None or not ties.keeps(op, shadow):
            return
        name = ties.activations(op, shadow)[0]
