"""`motekit features`: what is computed when, what an interruption leaves, what is proposed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_project import CLASSES, PEOPLE, RATE_HZ, SCALE, TOML, movement

from motekit import dsp
from motekit.core.errors import InputError
from motekit.core.recording import Channel, Recording, Stream
from motekit.models.data import table as make_table
from motekit.recordings.store import Store
from motekit.workflows import features
from motekit.workflows.project import Project, load
from motekit.workflows.quality import cache, compute, rank
from motekit.workflows.quality.advice import _in_place
from motekit.workflows.quality.moves import FrontEnd, apply, in_seconds, moves
from motekit.workflows.quality.tool import quality


def quiet(what: str, done: int, total: int, note: str = "") -> None:
    """Nobody is watching."""


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def project(tmp_path: Path) -> Path:
    channels = (Channel("accX", "g", SCALE), Channel("accY", "g", SCALE))
    made = [
        Recording(f"{label}_{who}", (Stream("acc", channels, RATE_HZ, movement(label, i)),),
                  label=label, subject=who)
        for label in CLASSES for i, who in enumerate(PEOPLE)
    ]  # fmt: skip
    (tmp_path / "mote.toml").write_text(TOML.format(name="small"))
    for _ in Store.of_project(tmp_path).add(iter(made)):
        pass
    return tmp_path


def run(folder: Path, project: Project, pool: Any, blocks: Any = None) -> compute.Computed:
    return compute.run(
        folder, project.signal, blocks or project.recipes[0].blocks, quiet, pool
    )  # fmt: skip


def test_the_cache_holds_what_training_computes(project: Path, pool: Any) -> None:
    told = load(project)
    found = run(project, told, pool)
    data = features.load(list(Store.of_project(project)), told.signal)
    expected = features.table(data, told.recipes[0].blocks, "subject")
    assert found.table.names == expected.names and found.table.classes == expected.classes
    for what in ("values", "labels", "groups"):
        assert np.array_equal(getattr(found.table, what), getattr(expected, what))
    assert found.signal == replace(data.signal, stride=found.signal.stride)


def test_a_changed_parameter_recomputes_its_block_alone(project: Path, pool: Any) -> None:
    told = load(project)
    (flatten,) = told.recipes[0].blocks
    lags = replace(flatten, block="lags", params=dsp.block("lags").params(lags=(1, 2)))
    both = (flatten, lags)
    counts = []
    for blocks in (both, both, (flatten, replace(lags, params=replace(lags.params, lags=(1, 3))))):
        found = run(project, told, pool, blocks)
        counts.append((found.computed, found.cached))
    assert counts == [(18, 0), (0, 18), (9, 9)]
    assert found.work == (compute.Work("flatten", 0, 9), compute.Work("lags", 9, 0))
    Store.of_project(project).relabel("rest_ann", label="line")
    again = run(project, told, pool, both)
    assert (again.computed, again.cached) == (0, 18)
    assert (again.table.labels == 2).sum() < (found.table.labels == 2).sum()


def test_an_edited_block_is_computed_again(project: Path, pool: Any, monkeypatch: Any) -> None:
    told = load(project)
    run(project, told, pool)
    monkeypatch.setattr(cache, "code_of", lambda package: "edited")
    again = run(project, told, pool)
    assert (again.computed, again.cached) == (9, 0)


def test_what_an_interruption_left_is_found(project: Path, pool: Any, monkeypatch: Any) -> None:
    told, done = load(project), []
    real = cache.run_task

    def interrupted(task: cache.Task) -> int:
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(task.name)
        return real(task)

    monkeypatch.setattr(cache, "run_task", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(project, told, pool)
    monkeypatch.setattr(cache, "run_task", real)
    found = run(project, told, pool)
    assert (found.computed, found.cached) == (5, 4)


def test_another_recording_is_refused_by_name(project: Path, pool: Any) -> None:
    odd = Recording("zz", (Stream("acc", (Channel("accX", "g", SCALE),), RATE_HZ,
                                  movement("rest", 0)[:, :1]),), label="rest",
                    subject="ann")  # fmt: skip
    for _ in Store.of_project(project).add([odd]):
        pass
    with pytest.raises(InputError, match="differs from the first"):
        run(project, load(project), pool)


def test_a_recording_that_is_short_or_without_label_has_no_window(project: Path, pool: Any) -> None:
    channels = (Channel("accX", "g", SCALE), Channel("accY", "g", SCALE))
    alone = Recording("a_plain", (Stream("acc", channels, RATE_HZ, movement("rest", 0)),),
                      subject="ann")  # fmt: skip
    short = Recording("a_short", (Stream("acc", channels, RATE_HZ, movement("rest", 0, 0.5)),),
                      label="rest", subject="ann")  # fmt: skip
    before = run(project, load(project), pool).windows
    for _ in Store.of_project(project).add([short, alone]):
        pass
    assert run(project, load(project), pool).windows == before


def test_what_carries_the_class_ranks_first() -> None:
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 150)
    values = rng.normal(size=(300, 4))
    values[:, 2] += 3 * labels
    groups = np.repeat(np.array(["a", "b", "c"]), 100)
    data = make_table(values, ("p", "q", "r", "s"), labels, ("x", "y"), groups)
    groups = rank.parts(data)
    ranks = rank.rank(data, groups, lambda done, total: None)
    assert ranks[0].name == "r" and ranks[0].importance > 0.2 and ranks[0].information > 0.4
    assert all(abs(r.importance) < 0.05 and r.information < 0.2 for r in ranks[1:])
    assert rank.judge(data, groups).merit > 0.85


def test_moves_make_front_ends_cheaper(project: Path, pool: Any) -> None:
    told = load(project)
    found = run(project, told, pool)
    start = in_seconds(FrontEnd(told.signal, told.recipes[0].blocks), found.signal)
    made = list(moves(start, found.signal))
    texts = [move.text for move in made]
    assert "rate 50 Hz → 25 Hz" in texts and "window 1 s → 0.5 s" in texts
    assert "flatten: mean off" in texts and "flatten: skewness off" not in texts
    off = next(move for move in made if move.text == "flatten: mean off")
    assert off.toml == "[[blocks]] 1, flatten: mean = false"
    counts = FrontEnd(replace(told.signal, length=50), told.recipes[0].blocks)
    assert _in_place(made[0], counts, start).toml == (
        "[signal] rate_hz = 25, length_s = 1, stride_s = 0.5 (in place of length and stride)"
    )
    assert _in_place(off, counts, start) is off and _in_place(made[0], start, start) is made[0]
    both = apply(start, [made[0], next(m for m in made if m.text == "flatten: mean off")])
    assert both.signal.rate_hz == 25 and both.blocks[0].params.mean is False


@pytest.mark.slow
def test_the_whole_tool(project: Path) -> None:
    found = quality(project, "", 5.0, True, quiet)
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["advice"]["base"]["cycles"]["tag"] == "emulated"
    proposal = told["advice"]["proposal"]
    assert proposal["gain"] >= -0.05
    assert proposal["energy_uj_per_s"]["value"] < told["advice"]["base"]["energy_uj_per_s"]["value"]
    assert "http" not in found.map_path.read_text().replace("http-equiv", "")
    assert "What would be cheaper" in found.map_path.read_text()


def test_a_recipe_that_is_not_there(project: Path) -> None:
    with pytest.raises(InputError, match="recipe"):
        quality(project, "none", None, False, quiet)
