"""A program that tells a value: built, run on an emulated core, and proven."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motekit import dsp, models
from motekit.core.block import Signal
from motekit.core.learner import FeatureSet, Fold
from motekit.core.pipeline import BlockUse, Decision
from motekit.deploy.build import Options, build
from motekit.graph.oracle import Oracle
from motekit.models.normalize import fit_normalizer, standard
from motekit.models.store import Trained
from motekit.testing.learner import NOTHING, quiet
from motekit.workflows.assemble import assemble

LENGTH, ROWS = 16, 120


def test_the_value_is_the_references(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    level = rng.uniform(-8000, 8000, ROWS)
    windows = (level[:, None, None] + rng.normal(size=(ROWS, LENGTH, 2)) * 900).astype(np.int16)
    signal = Signal(50.0, LENGTH, LENGTH, ("a", "b"), ("g", "g"), (1 / 4096, 1 / 4096))
    uses = (BlockUse("flatten", dsp.block("flatten").params()),)
    features = dsp.pipeline.reference(windows / 4096, signal, uses).astype(np.float32)
    norm = fit_normalizer(features)
    learner = models.learner("regressor")
    data = FeatureSet(features, np.zeros(ROWS, np.int64), (), np.full(ROWS, "g"),
                      targets=60 + level / 400)  # fmt: skip
    fold = Fold(np.arange(ROWS), NOTHING, 0, standard(norm))
    (fitted,) = learner.fit(data, learner.params(steps=200, checkpoints=2), (fold,), quiet)
    trained = Trained(norm, fitted)
    spec = assemble("level", signal, uses, (), features, Decision(), None, None, trained)
    with Oracle() as oracle:
        built = build(spec, windows, tmp_path, oracle, Options("cortex-m4f"))
    built.proof.require()
    assert built.proof.details["regressor"] == 0 and built.proof.details["values"] == 0
    told = spec.value.offset + spec.value.scale * built.emulated.outcome.value
    assert np.abs(told - (60 + level / 400)).mean() < 2.0
    assert np.unique(built.emulated.outcome.value).size > 20
    header = (built.c_dir / "level.h").read_text()
    assert "LEVEL_VALUE_OFFSET" in header and "LEVEL_VALUE_SCALE" in header
    assert built.bill.cycles["regressor"] > 0
