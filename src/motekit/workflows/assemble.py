"""From trained learners to a pipeline that can be compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motekit import __version__, models
from motekit.core.block import Signal
from motekit.core.pipeline import BlockUse, Decision, Normalizer, PipelineSpec, ValueScale
from motekit.models.anomaly import threshold_q
from motekit.models.integer import value_scale
from motekit.models.normalize import standardise
from motekit.models.store import Trained, digest, pack_trained


def identity(*trained: Trained, blocks: Sequence[BlockUse], signal: Signal) -> str:
    """SHA-256 (hex) of everything that decides what a program computes."""
    parts = [hashlib.sha256(pack_trained(t)).hexdigest() for t in trained]
    return digest(__version__, parts, repr(tuple(blocks)), repr(signal))


def assemble(
    name: str,
    signal: Signal,
    blocks: Sequence[BlockUse],
    classes: tuple[str, ...],
    calibration: npt.NDArray[np.floating],
    decision: Decision,
    classifier: Trained | None = None,
    anomaly: Trained | None = None,
    regressor: Trained | None = None,
) -> PipelineSpec:
    """A pipeline of trained learners.

    Args:
        calibration: raw features of training windows, shape (rows, features): activation
            ranges are taken from these and nothing else.
        decision: its anomaly threshold is replaced by the detector's calibrated one.
        classifier, anomaly, regressor: at least one. All must come with the same normaliser.
    """
    trained = [t for t in (classifier, anomaly, regressor) if t is not None]
    norm = trained[0].normalizer
    _require_one_scale(norm, trained)
    z = standardise(norm, calibration)
    graphs = {}
    threshold = None
    if classifier is not None:
        plugin = models.learner(classifier.fitted.learner)
        graphs["classifier"] = plugin.lower(classifier.fitted, z, norm.z_lsb, "classifier")
    if anomaly is not None:
        plugin = models.learner(anomaly.fitted.learner)
        graphs["anomaly"] = plugin.lower(anomaly.fitted, z, norm.z_lsb, "anomaly")
        threshold = threshold_q(anomaly.fitted, norm.z_lsb)
    value = ValueScale()
    if regressor is not None:
        plugin = models.learner(regressor.fitted.learner)
        graphs["regressor"] = plugin.lower(regressor.fitted, z, norm.z_lsb, "regressor")
        value = value_scale(graphs["regressor"], regressor.fitted)
    return PipelineSpec(
        name=name,
        signal=signal,
        blocks=tuple(blocks),
        normalizer=norm,
        graphs=graphs,
        classes=classes if classifier is not None else (),
        decision=Decision(
            decision.threshold, decision.smooth, decision.hold_off, anomaly_threshold=threshold
        ),
        value=value,
        identity=identity(*trained, blocks=blocks, signal=signal),
    )


def _require_one_scale(norm: Normalizer, trained: Sequence[Trained]) -> None:
    for other in trained[1:]:
        same = (
            np.array_equal(other.normalizer.mean, norm.mean)
            and np.array_equal(other.normalizer.std, norm.std)
            and other.normalizer.z_lsb == norm.z_lsb
        )
        if not same:
            raise ValueError("learners of one pipeline must share one normaliser")
