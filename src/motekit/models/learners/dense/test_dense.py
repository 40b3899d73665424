"""The dense classifier: the learner's contract, stopping, weights of classes, the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet, Fitted, Fold
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.run import run
from motekit.models.learners.dense import LEARNER
from motekit.models.learners.dense.params import DenseParams
from motekit.models.networks.fitting import class_weights
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.testing.learner import NOTHING, LearnerContract, blobs, quiet, same

QUICK = DenseParams(hidden=(8,), steps=160, checkpoints=8)


def folded(data: FeatureSet, seed: int = 0, keep: int | None = None, watch: str = "") -> Fold:
    train = np.flatnonzero(np.isin(data.groups, ["a", "b", "c"]))
    validate = np.flatnonzero(np.isin(data.groups, list(watch))) if watch else NOTHING
    return Fold(train, validate, seed, standard(fit_normalizer(data.z[train])), keep)


def fit(data: FeatureSet, fold: Fold, params: DenseParams = QUICK) -> Fitted:
    return LEARNER.fit(data, params, (fold,), quiet)[0]


class TestContract(LearnerContract):
    name = "dense"
    params: ClassVar[dict[str, Any]] = {"hidden": (8,), "steps": 300, "checkpoints": 10}


def test_another_seed_gives_another_model() -> None:
    data = blobs()
    assert not same(fit(data, folded(data, 0)), fit(data, folded(data, 1)))


def test_the_seed_decides_the_batches_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from motekit.models.networks.loop import trainer
    from motekit.models.networks.perceptron import Perceptron

    data, start = blobs(), Perceptron.first
    monkeypatch.setattr(Perceptron, "first", lambda net, seeds: start(net, [0] * len(seeds)))
    trainer.cache_clear()
    assert not same(fit(data, folded(data, 0)), fit(data, folded(data, 1)))
    trainer.cache_clear()


def test_curves_of_watched_groups_are_recorded() -> None:
    data = blobs()
    history = fit(data, folded(data, watch="ad", keep=99)).history
    assert set(history) == {
        "loss", "accuracy", "validation_loss", "validation_accuracy", "validation_loss/a",
        "validation_accuracy/a", "validation_loss/d", "validation_accuracy/d",
    }  # fmt: skip
    assert all(len(line) == QUICK.checkpoints for line in history.values())
    assert history["loss"][-1] < history["loss"][0]


def test_watched_accuracy_is_the_accuracy_of_predict() -> None:
    data = blobs()
    fold = folded(data, watch="d", keep=99)
    fitted = fit(data, fold)
    found = LEARNER.predict(fitted, fold.z(data, fold.validate)).argmax(axis=1)
    expected = (found == data.labels[fold.validate]).mean()
    assert fitted.history["validation_accuracy/d"][-1] == pytest.approx(expected, abs=1e-6)


def test_watching_does_not_change_the_model() -> None:
    data = blobs()
    assert same(fit(data, folded(data)), fit(data, folded(data, watch="d", keep=99)))


def test_early_stopping_keeps_the_lowest_validation_loss() -> None:
    data = blobs()
    noise = np.random.default_rng(0).integers(0, 3, len(data.labels))
    wrong = replace(data, labels=np.where(data.groups == "d", noise, data.labels))
    params = replace(QUICK, steps=800, checkpoints=40, patience=3)
    fitted = fit(wrong, folded(wrong, watch="d"), params)
    losses = fitted.history["validation_loss"]
    assert fitted.facts["kept_checkpoint"] == int(np.argmin(losses)) + 1
    assert len(losses) < 40  # stopped by patience


@pytest.mark.parametrize("keep", [1, 4, 8])
def test_a_checkpoint_asked_for_is_kept(keep: int) -> None:
    data = blobs()
    kept = fit(data, folded(data, keep=keep))
    assert kept.facts["kept_checkpoint"] == keep
    assert same(kept, fit(data, folded(data))) == (keep == QUICK.checkpoints)


def test_class_weights() -> None:
    labels = np.array([0, 0, 0, 2])
    assert class_weights(labels, 3, balance=True) == pytest.approx([4 / 6, 0.0, 2.0])
    assert class_weights(labels, 3, balance=False).tolist() == [1.0, 1.0, 1.0]


def test_rare_classes_are_found_by_their_weight() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(600) < 0.04).astype(np.int64)
    z = (rng.normal(size=(600, 2)) + 1.5 * labels[:, None]).astype(np.float32)
    data = FeatureSet(z, labels, ("often", "rare"), np.full(600, "a"))
    fold = Fold(np.arange(600), NOTHING, 0)
    recall = {}
    for balance in (True, False):
        fitted = fit(data, fold, replace(QUICK, balance=balance))
        found = LEARNER.predict(fitted, z).argmax(axis=1)
        recall[balance] = found[labels == 1].mean()
    assert recall[True] > recall[False] + 0.2


def test_a_linear_classifier_has_no_hidden_layer() -> None:
    data = blobs()
    fold = folded(data)
    fitted = fit(data, fold, replace(QUICK, hidden=()))
    assert sorted(fitted.arrays) == ["b0", "w0"]
    graph = LEARNER.lower(fitted, fold.z(data, fold.train), 0.04, "linear")
    assert [op.kind for op in graph.ops] == ["fully_connected", "softmax"]


@pytest.mark.parametrize("per_channel", [False, True])
def test_litert_computes_the_same_bytes(per_channel: bool) -> None:
    data = blobs()
    fold = folded(data)
    fitted = fit(data, fold, replace(QUICK, per_channel=per_channel))
    norm = fit_normalizer(data.z[fold.train])
    graph = LEARNER.lower(fitted, standardise(norm, data.z[fold.train]), norm.z_lsb, "net")
    rng = np.random.default_rng(0)
    cases = [[rng.integers(-128, 128, (1, 6)).astype(np.int8)] for _ in range(200)]
    with Oracle() as oracle:
        expected = oracle.run(to_tflite(graph), cases)
    for case, outputs in zip(cases, expected, strict=True):
        np.testing.assert_array_equal(run(graph, case)[0], outputs[0])


def test_one_class_is_refused() -> None:
    data = blobs()
    one = replace(data, labels=np.zeros_like(data.labels))
    with pytest.raises(InputError, match="two classes"):
        fit(one, folded(one))


def test_unlabelled_training_rows_are_refused() -> None:
    data = blobs()
    some = replace(data, labels=np.where(data.groups == "a", -1, data.labels))
    with pytest.raises(InputError):
        fit(some, folded(some))


def test_not_a_number_is_refused() -> None:
    data = blobs()
    data.z[3, 2] = np.nan
    with pytest.raises(InputError, match="finite"):
        fit(data, Fold(np.arange(100), NOTHING, 0))
