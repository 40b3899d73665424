from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.errors import InputError, PromiseError
from motekit.core.windows import WindowSet
from motekit.recordings.leaks import leaks, require_clean
from motekit.recordings.samples import load
from motekit.recordings.split import folds, groups, leave_one_out, split
from motekit.recordings.windows import cut


def windows(groups_: list[int], labels: list[int], length: int = 4) -> WindowSet:
    """Windows without overlap, each recording a subject and a session of its own."""
    count = len(groups_)
    names = np.array([f"r{g}" for g in groups_], dtype=np.str_)
    starts = np.zeros(count, dtype=np.int64)
    for name in set(names):
        starts[names == name] = np.arange((names == name).sum()) * length
    values = np.random.default_rng(0).normal(size=(count, length, 1)).astype(np.float32)
    return WindowSet(
        values, np.ones(1), 10.0, np.array(labels, dtype=np.int64), ("a", "b", "c"), names,
        np.char.replace(names, "r", "s"), np.full(count, "m", dtype=np.str_), starts,
    )  # fmt: skip


SETS = st.integers(4, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, n - 1), min_size=40, max_size=120).map(lambda x: [*range(n), *x]),
        st.randoms(use_true_random=False),
    )
)


@settings(deadline=None)
@given(SETS, st.sampled_from(("subject", "session", "recording")), st.integers(0, 5))
def test_no_group_is_on_both_sides(made: tuple[list[int], object], by: str, seed: int) -> None:
    ids, random = made
    found = windows(ids, [random.randrange(-1, 3) for _ in ids])  # type: ignore[attr-defined]
    group = groups(found, by)
    one = split(found, by, seed=seed)
    assert not set(group[one.train]) & set(group[one.test])
    assert sorted([*one.train, *one.test]) == list(range(len(found)))
    assert leaks(found, one.train, one.test) == ()
    several = folds(found, by, k=3, seed=seed)
    assert sorted(np.concatenate([f.test for f in several])) == list(range(len(found)))
    for fold in several:
        assert len(fold.test) and not set(group[fold.train]) & set(group[fold.test])


def test_splits_are_stratified_and_seeded() -> None:
    found = cut(load("spar_watch"))
    whole = np.bincount(found.labels) / len(found)
    seen = set()
    for seed in range(5):
        one = split(found, "recording", 0.25, seed)
        again = split(found, "recording", 0.25, seed)
        assert (one.test == again.test).all()
        seen.add(one.test.tobytes())
        assert 0.2 < len(one.test) / len(found) < 0.3
        share = np.bincount(found.labels[one.test], minlength=7) / len(one.test)
        assert np.abs(share - whole).max() < 0.05
    assert len(seen) > 1


def test_leave_one_subject_out() -> None:
    found = cut(load("spar_watch"))
    rounds = leave_one_out(found)
    assert [r.name for r in rounds] == [f"s{i}" for i in range(1, 9)]
    for one in rounds:
        require_clean(found, one.train, one.test, "subject")
        assert set(found.subject[one.test]) == {one.name}


def test_time_splits_leave_no_sample_on_both_sides() -> None:
    found = cut(load("spar_watch")[:10])
    one = split(found, "time", 0.3)
    require_clean(found, one.train, one.test, "time")
    length = found.values.shape[1]
    for name in set(found.recording):
        rows = found.recording == name
        last = found.start[one.train[rows[one.train]]].max() + length
        assert last <= found.start[one.test[rows[one.test]]].min()


def test_a_split_by_window_needs_insistence_and_is_caught() -> None:
    found = cut(load("spar_watch")[:10])
    for call in (split, folds):
        with pytest.raises(InputError, match="by window"):
            call(found, "window")
    one = split(found, "window", insist=True)
    kinds = [leak.kind for leak in leaks(found, one.train, one.test)]
    assert kinds == ["samples", "recording", "session", "subject"]
    for by in ("time", "recording", "session", "subject"):
        with pytest.raises(PromiseError, match="leaks samples"):
            require_clean(found, one.train, one.test, by)
    require_clean(found, one.train, one.test, "window")
    assert len(folds(found, "window", insist=True)) == 5


def test_a_copy_under_another_name_is_a_leak() -> None:
    found = windows([0] * 5 + [1] * 5 + [2] * 5, [0, 1, 2] * 5)
    found.values[10:] = found.values[:5]
    with pytest.raises(PromiseError, match="leaks content into 5") as error:
        require_clean(found, np.arange(10), np.arange(10, 15), "recording")
    assert error.value.where == "r2" and error.value.exit_code == 1


def test_windows_that_share_no_sample_do_not_overlap() -> None:
    found = windows([0] * 10, [0, 1] * 5)
    kinds = [leak.kind for leak in leaks(found, np.arange(0, 10, 2), np.arange(1, 10, 2))]
    assert kinds == ["recording", "session", "subject"]
    found = replace(found, start=found.start - np.arange(10))
    assert leaks(found, np.arange(0, 10, 2), np.arange(1, 10, 2))[0].kind == "samples"


def test_sessions_of_two_subjects_are_two() -> None:
    found = windows([0, 0, 1, 1], [0, 1, 0, 1])
    assert len(set(groups(found, "session"))) == 2


@pytest.mark.parametrize(
    ("by", "words", "what"),
    [
        ("subject", {"test": 0.0}, "between 0 and 1"),
        ("subject", {"test": 1.0}, "between 0 and 1"),
        ("colour", {}, "not grouped by this"),
        ("subject", {}, "cannot be split into 2"),
    ],
)
def test_impossible_splits_are_refused(by: str, words: dict[str, float], what: str) -> None:
    with pytest.raises(InputError, match=what):
        split(windows([0, 0, 0], [0, 1, 2]), by, **words)


def test_a_missing_group_is_named() -> None:
    found = windows([0, 1, 2], [0, 1, 2])
    found = replace(found, subject=np.array(["s0", "", "s2"]))
    with pytest.raises(InputError, match="does not say its subject") as error:
        split(found, "subject")
    assert error.value.where == "r1"


@pytest.mark.parametrize(("by", "k", "what"), [("subject", 1, "2 folds"), ("time", 3, "no folds")])
def test_impossible_folds_are_refused(by: str, k: int, what: str) -> None:
    with pytest.raises(InputError, match=what):
        folds(windows([0, 1, 2], [0, 1, 2]), by, k)


def test_one_group_cannot_be_left_out() -> None:
    with pytest.raises(InputError, match="one subject only"):
        leave_one_out(windows([0, 0], [0, 1]))


@pytest.mark.parametrize("shift", [-3, -1, 0, 1, 3])
def test_one_shared_sample_is_enough(shift: int) -> None:
    found = windows([0, 0], [0, 1])
    start = np.array([10, 10 + shift])
    found = replace(found, start=start)
    assert leaks(found, np.array([0]), np.array([1]))[0].kind == "samples"
    apart = replace(found, start=np.array([10, 10 + 4 * (1 if shift > 0 else -1)]))
    assert leaks(apart, np.array([0]), np.array([1]))[0].kind == "recording"
