"""Nested cross-validation: nothing of a held-out group reaches its model; finished work is kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.models import jobs, learner, runs
from motekit.models.audit import random_figure
from motekit.models.data import FeatureTable, table, with_copies
from motekit.models.inner import stop_at
from motekit.models.jobs import Candidate, Job, train_all
from motekit.models.nested import Nested, nested_cv, parts
from motekit.models.store import FoldStore, load_trained, pack, pack_trained, unpack
from motekit.models.train import Detector, train
from motekit.testing.learner import blobs, quiet, same

DENSE = learner("dense").params
QUICK = DENSE(hidden=(8,), steps=100, checkpoints=5)


def make(useful: bool = True, seed: int = 0) -> FeatureTable:
    """Four groups; with `useful` off the features say nothing about the labels."""
    data = blobs(seed, per_group=45)
    values = data.z if useful else np.random.default_rng(9).normal(size=data.z.shape)
    names = data.names
    real = table(values, names, data.labels, data.classes, data.groups)
    return with_copies(real, [values + 0.05 * np.abs(values)])


def candidates() -> list[Candidate]:
    return [
        Candidate("noise", make(useful=False), "dense", QUICK),
        Candidate("useful", make(), "dense", QUICK),
    ]


@pytest.fixture(scope="module")
def found() -> Nested:
    return nested_cv(candidates(), (0, 1), quiet)


def test_the_useful_features_win(found: Nested) -> None:
    assert found.choice == 1 and all(outer.choice == 1 for outer in found.outer)
    assert all(outer.inner[1] > outer.inner[0] + 0.2 for outer in found.outer)
    assert found.figure > 0.8
    assert set(found.group_figures) == {"a", "b", "c", "d"}
    assert all(len(v) == 2 for v in found.group_figures.values())


def test_every_real_window_is_judged_once(found: Nested) -> None:
    rows = np.concatenate([outer.rows for outer in found.outer])
    assert sorted(rows.tolist()) == list(range(180))
    assert all(e.windows == 180 for e in found.by_seed)


def test_a_held_out_group_cannot_influence_its_model(found: Nested) -> None:
    changed = []
    for c in candidates():
        values, labels = c.table.values.copy(), c.table.labels.copy()
        own = c.table.groups == "c"
        values[own] = np.random.default_rng(1).normal(size=values[own].shape) * 1e6
        labels[own] = (labels[own] + 1) % 3
        other = FeatureTable(values, c.table.names, labels, c.table.classes, c.table.groups,
                             c.table.origin)  # fmt: skip
        changed.append(Candidate(c.name, other, c.learner, c.params))
    again = nested_cv(changed, (0, 1), quiet)
    (before,) = [o for o in found.outer if o.held == ("c",)]
    (after,) = [o for o in again.outer if o.held == ("c",)]
    assert after.choice == before.choice and after.inner == before.inner
    for a, b in zip(before.models, after.models, strict=True):
        assert same(a.fitted, b.fitted)
        assert np.array_equal(a.normalizer.mean, b.normalizer.mean)


def test_inner_accuracy_is_that_of_models_without_both_groups(found: Nested) -> None:
    (candidate,) = [c for c in found.candidates if c.name == "useful"]
    (outer,) = [o for o in found.outer if o.held == ("a",)]
    shares = []
    keep = outer.competitors[1].keep
    assert keep is not None
    for other in "bcd":
        for seed in (0, 1):
            job = Job(0, frozenset({"a", other}), seed, watch=True)
            model = train_all([candidate], [job], FoldStore(None), quiet)[job]
            shares.append(model.fitted.history[f"validation_accuracy/{other}"][keep - 1])
    assert outer.inner[1] == pytest.approx(np.mean(shares))


def test_windows_without_a_label_are_left_out_of_a_classifier() -> None:
    whole = make()
    rows = whole.groups != "d"
    few = FeatureTable(whole.values[rows], whole.names, whole.labels[rows], whole.classes,
                       whole.groups[rows], np.tile(np.arange(135), 2))  # fmt: skip
    blank = FeatureTable(whole.values, whole.names, np.where(rows, whole.labels, -1),
                         whole.classes, whole.groups, whole.origin)  # fmt: skip
    models = []
    for t in (few, blank):
        candidate, job = Candidate("c", t, "dense", QUICK), Job(0, frozenset(), 0)
        models.append(train_all([candidate], [job], FoldStore(None), quiet)[job])
    assert np.array_equal(models[0].normalizer.mean, models[1].normalizer.mean)
    assert parts(blank) == (("a",), ("b",), ("c",))


def test_a_dearer_candidate_must_gain_the_margin() -> None:
    same_twice = [Candidate(n, make(), "dense", QUICK) for n in ("cheap", "dear")]
    assert nested_cv(same_twice, (0,), quiet).choice == 0
    found = nested_cv(candidates(), (0,), quiet, margin=1.0)
    assert found.choice == 0


def test_parts_of_few_and_of_many_groups() -> None:
    assert parts(make()) == (("a",), ("b",), ("c",), ("d",))
    groups = np.repeat([f"g{i:02}" for i in range(12)], 3)
    many = table(np.zeros((36, 1)), ("f",), np.tile([0, 1, 0], 12), ("x", "y"), groups)
    spread = parts(many)
    assert len(spread) == 5 and sorted(sum(spread, ())) == sorted(set(groups.tolist()))
    assert max(map(len, spread)) - min(map(len, spread)) <= 1
    two = table(np.zeros((4, 1)), ("f",), np.array([0, 1, 0, 1]), ("x", "y"),
                np.array(["a", "a", "b", "b"]))  # fmt: skip
    with pytest.raises(InputError, match="three groups"):
        parts(two)


def test_stop_only_where_it_is_better_beyond_chance() -> None:
    same_gain = np.tile([0.5, 0.9, 0.8], (6, 1)) + np.linspace(0, 0.01, 6)[:, None]
    same_gain[:, 1] += np.linspace(0, 0.02, 6)
    assert stop_at(same_gain) == 1
    one_group_only = np.tile([0.5, 0.8, 0.8], (6, 1))
    one_group_only[0, 1] = 1.0
    assert stop_at(one_group_only) == 2
    assert stop_at(np.array([[0.9, 0.5]])) == 1  # one group says nothing about chance


def test_candidates_of_other_windows_are_refused() -> None:
    other = make()
    fewer = FeatureTable(other.values[:180], other.names, other.labels[:180], other.classes,
                         other.groups[:180], other.origin[:180])  # fmt: skip
    with pytest.raises(InputError, match="same windows"):
        nested_cv([Candidate("a", other, "dense", QUICK), Candidate("b", fewer, "dense", QUICK)],
                  (0,), quiet)  # fmt: skip


def test_random_windows_promise_too_much() -> None:
    # Every group has its own idea of the classes: nothing carries over to a new group.
    rng = np.random.default_rng(0)
    groups = np.repeat(list("abcd"), 60)
    labels = np.tile([0, 1], 120)
    side = {"a": (1, 1), "b": (-1, 1), "c": (1, -1), "d": (-1, -1)}
    values = np.array([side[g] for g in groups]) * (2.0 * labels[:, None] - 1)
    values = np.column_stack([values, np.eye(4)[np.searchsorted(list("abcd"), groups)]])
    rough = table(values + rng.normal(0, 0.3, values.shape), tuple("uvwxyz"), labels, ("0", "1"),
                  groups)  # fmt: skip
    candidate = Candidate("c", rough, "dense", DENSE(hidden=(16,), steps=400, checkpoints=4))
    random = random_figure(candidate, (0,), quiet)
    grouped = nested_cv([candidate], (0,), quiet).figure
    assert random > 0.9 > 0.6 > grouped


def test_finished_models_are_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options, store = candidates()[1:], FoldStore(tmp_path)
    work = [Job(0, frozenset({g}), 0) for g in "abc"]

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, note: str = "") -> None:
        if done > 2:
            raise Stopped

    monkeypatch.setattr(jobs, "BATCH", 2)
    with pytest.raises(Stopped):
        train_all(options, work, store, stop)
    assert len(list(tmp_path.glob("*.npz"))) == 2  # the first batch was kept
    seen: list[int] = []
    first = train_all(options, work, store, lambda done, total, note="": seen.append(done))
    assert seen[0] == 2
    whole = train_all(options, work, FoldStore(None), quiet)
    assert all(same(first[job].fitted, whole[job].fitted) for job in work)


def test_a_damaged_fold_is_trained_again(tmp_path: Path) -> None:
    job = Job(0, frozenset({"a"}), 0)
    options, store = candidates()[1:], FoldStore(tmp_path)
    before = train_all(options, [job], store, quiet)[job]
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:100])
    after = train_all(options, [job], store, quiet)[job]
    assert same(before.fitted, after.fitted)
    assert same(load_trained(path).fitted, before.fitted)


def test_pickled_arrays_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, w=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError):
        unpack(path)
    path.write_bytes(pack({"w": np.zeros(2)}, {"learner": "dense"}))
    with pytest.raises(InputError, match="lacks a field"):
        load_trained(path)
    with pytest.raises(InputError, match="read"):
        load_trained(tmp_path / "absent.npz")


def test_a_run_on_disk(tmp_path: Path) -> None:
    detector = Detector("kmeans", learner("kmeans").params(clusters=4, starts=1))
    run = train(candidates(), (0, 1), quiet, root=tmp_path, split={"by": "subject"},
                detector=detector)  # fmt: skip
    folder = tmp_path / run.id
    assert {p.name for p in folder.iterdir()} == {
        "run.json", "metrics.json", "curves.json", "histograms.json", "classifier.npz",
        "anomaly.npz", "folds",
    }  # fmt: skip
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    again = train(candidates(), (0, 1), quiet, root=tmp_path, split={"by": "subject"},
                  detector=detector)  # fmt: skip
    assert again.id == run.id
    assert before == {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    other = train(candidates(), (0,), quiet, split={"by": "subject"})
    assert other.id != run.id and other.anomaly is None

    saved = runs.load(folder)
    assert saved.about["chosen"] == "useful" and saved.about["split"] == {"by": "subject"}
    assert pack_trained(saved.models["classifier"]) == before["classifier.npz"]
    assert run.anomaly is not None
    assert same(saved.models["anomaly"].fitted, run.anomaly.fitted)
    assert saved.models["anomaly"].fitted.facts["calibration_groups"] == 4
    assert saved.metrics["float"]["accuracy"] == pytest.approx(run.nested.figure)
    assert abs(saved.metrics["int8"]["accuracy"] - run.nested.figure) < 0.02
    assert saved.metrics["seeds"][1]["float"]["confusion"]
    assert [q["op"] for q in saved.metrics["quantization"]] == [
        "input", "fully_connected", "fully_connected", "softmax",
    ]  # fmt: skip
    assert all(q["sqnr_db"] > 20 for q in saved.metrics["quantization"])
    curves = json.loads(before["curves.json"])
    assert len(curves["inner"]["validation_loss"]) == QUICK.checkpoints
    features = json.loads(before["histograms.json"])["features"]
    assert [f["name"] for f in features] == list(make().names)
    assert all(len(f["counts"]) == 16 and sum(f["counts"]) == 180 for f in features)
    assert all(len(f["edges"]) == 15 and f["edges"] == sorted(f["edges"]) for f in features)

    (folder / "metrics.json").write_text("{")
    with pytest.raises(InputError, match=r"metrics\.json"):
        runs.load(folder)


def test_training_needs_something_to_train() -> None:
    with pytest.raises(InputError, match="candidate"):
        train([], (0,), quiet)
