"""Lower the network to a full-integer graph: fully connected layers and a softmax."""

from __future__ import annotations

from motekit.core.graph import Graph
from motekit.core.learner import F32, Fitted
from motekit.models.networks import neurons


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The classifier as a graph: int8 features [1, n] → int8 probabilities [1, classes].

    Args:
        calibration: standardised training rows; activation ranges come from these alone.
        z_lsb: standard deviations per unit of the int8 input.
        name: C identifier of the graph.
    """
    return neurons.lower(fitted, calibration, z_lsb, name, "softmax")
