"""The conformance kit of a learner plugin.

class TestDense(LearnerContract):
    name = "dense"
    params = {"hidden": (8,), "steps": 120}     # small, so that the kit is quick

What is tested: equal folds give equal bits, alone or among others; another seed gives another
model; a fold's own standardisation means what a standardised table means; what is fitted
survives a file; scores have their shape and range; the lowered graph is well formed, full
integer, and agrees with the float model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit import models
from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet, Fitted, Fold, Learner
from motekit.core.params import from_mapping
from motekit.core.tensors import dequantize
from motekit.graph.run import fed, run_many
from motekit.graph.spec import check
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.models.store import Trained, load_trained, pack_trained

NOTHING = np.empty(0, np.int64)


def quiet(done: int, total: int, note: str = "") -> None:
    """A progress that shows nothing."""


def blobs(seed: int = 0, per_group: int = 60, features: int = 6) -> FeatureSet:
    """Three overlapping classes of four groups, each group a little off; raw features. Targets
    are a sum of features, bent a little, around 70."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(3, features)) * 2
    labels = np.tile(np.arange(3), 4 * per_group // 3)
    groups = np.repeat(np.array(["a", "b", "c", "d"]), per_group)
    off = rng.normal(size=(4, features))[np.repeat(np.arange(4), per_group)] * 0.3
    z = centres[labels] + off + rng.normal(size=(len(labels), features))
    scale = np.geomspace(0.01, 100, features)  # sensors differ in units by orders of magnitude
    names = tuple(f"axis{i}.rms" for i in range(features))
    values = (z * scale + 3 * scale).astype(np.float32)
    targets = 70 + 10 * np.tanh(z[:, :2].sum(axis=1) / 4) + rng.normal(size=len(z)) * 0.2
    return FeatureSet(values, labels, ("x", "y", "z"), groups, names, targets)


def same(a: Fitted, b: Fitted) -> bool:
    """Equal in every bit of every array."""
    return a.arrays.keys() == b.arrays.keys() and all(
        x.dtype == b.arrays[k].dtype and np.array_equal(x, b.arrays[k]) for k, x in a.arrays.items()
    )


class LearnerContract:
    """What every learner meets; subclasses name it and give quick parameters."""

    name: ClassVar[str] = ""
    params: ClassVar[dict[str, Any]] = {}

    @property
    def learner(self) -> Learner:
        return models.learner(self.name)

    def settings(self) -> Any:
        return from_mapping(self.learner.params, self.params, self.name)

    def folds(self, data: FeatureSet) -> tuple[Fold, ...]:
        """Without "d" and without "a", each with its own standardisation."""
        out = []
        for held, seed in (("d", 0), ("a", 1)):
            train = np.flatnonzero(data.groups != held)
            norm = fit_normalizer(data.z[train])
            out.append(Fold(train, NOTHING, seed, standard(norm)))
        return tuple(out)

    def fit(self, data: FeatureSet, *folds: Fold) -> tuple[Fitted, ...]:
        return self.learner.fit(data, self.settings(), folds, quiet)

    def test_equal_folds_give_equal_bits(self) -> None:
        data = blobs()
        first, second = self.folds(data)
        together = self.fit(data, first, second)
        assert same(together[0], self.fit(data, first)[0])
        assert same(together[1], self.fit(data, second)[0])
        assert same(together[0], self.fit(data, second, first)[1])

    def test_a_standardised_table_means_the_same(self) -> None:
        data = blobs()
        fold = self.folds(data)[0]
        assert fold.standard is not None
        ready = FeatureSet(
            fold.standard(data.z), data.labels, data.classes, data.groups, data.names, data.targets
        )
        plain = self.fit(ready, Fold(fold.train, fold.validate, fold.seed))[0]
        own = self.fit(data, fold)[0]
        z = ready.z
        np.testing.assert_allclose(
            self.learner.predict(plain, z), self.learner.predict(own, z), atol=1e-3
        )

    def test_what_is_fitted_survives_a_file(self, tmp_path: Path) -> None:
        data = blobs()
        fold = self.folds(data)[0]
        norm = fit_normalizer(data.z[fold.train])
        trained = Trained(norm, self.fit(data, fold)[0])
        path = tmp_path / "model.npz"
        path.write_bytes(pack_trained(trained))
        again = load_trained(path)
        assert same(again.fitted, trained.fitted)
        assert again.fitted.facts == dict(trained.fitted.facts)
        assert dict(again.fitted.history) == dict(trained.fitted.history)
        assert np.array_equal(again.normalizer.mean, norm.mean)
        assert pack_trained(again) == pack_trained(trained)

    def test_scores(self) -> None:
        data = blobs()
        fold = self.folds(data)[0]
        fitted = self.fit(data, fold)[0]
        held = np.flatnonzero(data.groups == "d")
        scores = self.learner.predict(fitted, fold.z(data, held))
        assert np.isfinite(scores).all()
        if self.learner.task == "classifier":
            assert scores.shape == (len(held), 3)
            np.testing.assert_allclose(scores.sum(axis=1), 1.0, atol=1e-6)
            assert (scores.argmax(axis=1) == data.labels[held]).mean() > 0.8
        else:
            assert scores.shape == (len(held),)

    def test_the_graph_agrees_with_the_float_model(self) -> None:
        data = blobs()
        fold = self.folds(data)[0]
        fitted = self.fit(data, fold)[0]
        norm = fit_normalizer(data.z[fold.train])
        z = standardise(norm, data.z)
        graph = check(self.learner.lower(fitted, z[fold.train], norm.z_lsb, "model"))
        assert all(t.type.dtype != "float32" for t in graph.tensors.values())
        q = norm.q(data.z)
        out = run_many(graph, fed(graph, q)).reshape(len(q), -1)
        scores = self.learner.predict(fitted, z)
        if self.learner.task == "classifier":
            assert (out.argmax(axis=1) == scores.argmax(axis=1)).mean() > 0.97
            assert np.abs((out.astype(np.float64) + 128) / 256 - scores).mean() < 0.01
        elif self.learner.task == "regressor":
            real = dequantize(out[:, 0], graph.type(graph.outputs[0]))
            value = fitted.facts["target_mean"] + fitted.facts["target_std"] * real
            assert np.abs(value - scores).mean() < 0.1 * fitted.facts["target_std"]
        else:
            steps = scores / norm.z_lsb
            assert np.abs(out[:, 0].astype(np.float64) / 256 - steps).max() < 0.5

    def test_progress_reaches_its_end(self) -> None:
        data = blobs()
        seen: list[tuple[int, int]] = []
        folds = self.folds(data)
        self.learner.fit(
            data, self.settings(), folds, lambda done, total, note="": seen.append((done, total))
        )
        assert seen and seen[-1][0] == seen[-1][1]
        assert [d for d, _ in seen] == sorted(d for d, _ in seen)

    def test_an_interruption_comes_through(self) -> None:
        def interrupt(done: int, total: int, note: str = "") -> None:
            raise KeyboardInterrupt

        data = blobs()
        with pytest.raises(KeyboardInterrupt):
            self.learner.fit(data, self.settings(), self.folds(data), interrupt)

    def test_no_rows_is_an_error_in_words(self) -> None:
        with pytest.raises(InputError):
            self.fit(blobs(), Fold(NOTHING, NOTHING, 0))

    def test_no_folds_is_no_work(self) -> None:
        assert self.fit(blobs()) == ()
