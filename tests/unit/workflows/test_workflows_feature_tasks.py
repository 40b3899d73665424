"""`motekit features` where a value is told, or only what is strange."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import motekit
from small_project import PEOPLE, RATE_HZ, SCALE, movement

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Recording, Stream
from motekit.models.data import FeatureTable
from motekit.recordings.store import Store
from motekit.workflows import features, parallel
from motekit.workflows.project import load
from motekit.workflows.quality import rank, words, yardstick
from motekit.workflows.quality import tool as tool_module
from motekit.workflows.quality.advice import Advice, Option
from motekit.workflows.quality.tool import Quality, quality

VALUE = '[regressor]\nlearner = "regressor"\n'
STRANGE = '[anomaly]\nlearner = "gmm"\naxes = ["accX.*"]\n'
CHANNELS = (Channel("accX", "g", SCALE), Channel("accY", "g", SCALE))


def quiet(what: str, done: int, total: int, note: str = "") -> None:
    """Nobody is watching."""


def table(**more: Any) -> FeatureTable:
    """Three groups of 100 rows and four features of noise; `more` says what is to be told."""
    rng = np.random.default_rng(0)
    return FeatureTable(
        rng.normal(size=(300, 4)).astype(np.float32), ("p", "q", "r", "s"),
        np.full(300, -1), (), np.repeat(np.array(["a", "b", "c"]), 100), np.arange(300), **more,
    )  # fmt: skip


def ranked(data: FeatureTable) -> tuple[rank.Rank, ...]:
    return rank.rank(data, rank.parts(data), lambda done, total: None)


def test_what_carries_the_value_ranks_first() -> None:
    data = table(targets=np.zeros(300))
    assert data.targets is not None
    data.targets[:] = 50 + 10 * data.values[:, 1]
    ranks = ranked(data)
    assert ranks[0].name == "q" and ranks[0].importance > 4 and ranks[0].information > 1
    assert all(abs(r.importance) < 1 for r in ranks[1:])
    found, measure = rank.judge(data, rank.parts(data)), yardstick.of(data, "bpm")
    assert -4 < found.merit < 0
    assert measure.said(-2.5) == "2.50 bpm" and measure.fine(-0.02).said(-0.02) == "0.0200 bpm"
    assert measure.fine(-350.0).shift(3, 1) == "−3 ± 1" and measure.fine(0.0) == measure
    assert measure.margin(None, -2.0) == 0.1
    assert measure.change(-0.1, 0.05) == "error +0.10 ± 0.05 bpm"
    assert measure.margin(0.3, -2.0) == 0.3 and measure.shift(-0.0001, 0) == "+0.00 ± 0.00"


def test_what_finds_anomalies_ranks_first() -> None:
    data = table(strange=np.tile([False, True], 150))
    assert data.strange is not None
    data.values[data.strange, 3] += 6
    ranks = ranked(data)
    assert ranks[0].name == "s" and ranks[0].importance > 0.2 and ranks[0].information > 0.7
    assert all(abs(r.importance) < 0.05 for r in ranks[1:])
    assert rank.judge(data, rank.parts(data)).merit > 0.98


def test_groups_of_one_kind_are_held_out_together() -> None:
    """Recordings are normal or strange: no group alone could be judged."""
    strange = np.arange(300) >= 100
    data = table(strange=strange)
    names = np.repeat([f"r{i:02}" for i in range(12)], 25)
    data = replace(data, groups=names)
    groups = rank.parts(data)
    assert sorted(name for part in groups for name in part) == sorted(set(names.tolist()))
    assert len(groups) == 4 and not np.isnan(rank.judge(data, groups).by_part).any()
    one = replace(data, strange=np.arange(300) >= 275)
    assert "at least two groups" in rank.cannot(one, rank.parts(one))


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes would take longer to start than the work takes."""
    monkeypatch.setattr(tool_module, "workers", lambda: ThreadPoolExecutor(1))
    assert parallel.workers is not tool_module.workers


def project(folder: Path, learner: str, signal: str = "", labels: str = "") -> Path:
    """A line as strong as its label says, of three people."""
    (folder / "mote.toml").write_text(
        f'name = "one"\n[signal]\nlength_s = 1.0\nstride_s = 0.5\n{signal}\n'
        f'[[blocks]]\nblock = "flatten"\n{learner}'
    )
    made = []
    for i, who in enumerate(PEOPLE):
        for level in (1, 2, 3, 4):
            rows = (movement("line", i) * (level / 4)).astype(np.int16)
            label = labels or str(level)
            made.append(Recording(f"{who}{level}", (Stream("acc", CHANNELS, RATE_HZ, rows),),
                                  label=label if label != "last" else "odd" if level == 4 else "ok",
                                  subject=who))  # fmt: skip
    for _ in Store.of_project(folder).add(iter(made)):
        pass
    return folder


def found(folder: Path, **options: Any) -> tuple[Quality, dict[str, Any]]:
    made = quality(folder, "", options.get("lose"), options.get("advice", False), quiet)
    return made, json.loads(json.dumps(made.as_dict(), allow_nan=False))


def test_a_value_is_ranked_and_drawn(tmp_path: Path) -> None:
    folder = project(tmp_path, VALUE)
    made, told = found(folder)
    told_by_training = features.load(
        list(Store.of_project(folder)), load(folder).signal, task="regressor"
    )
    assert np.array_equal(made.found.table.targets, told_by_training.windows.target)
    assert told["score"]["kind"] == "error" and 0 < told["score"]["value"] < 0.5
    assert made.ranks[0].information > 1.5
    page = made.map_path.read_text()
    assert "Error that a quick model adds" in page and "Ringed" not in page
    assert "4 ranges of the value" in page


def test_a_detector_sees_its_axes_only(tmp_path: Path) -> None:
    made, told = found(project(tmp_path, STRANGE, 'normal = ["ok"]', "last"))
    assert told["score"]["kind"] == "auc" and told["score"]["value"] > 0.9
    assert {r["name"].split(".")[0] for r in told["ranks"]} == {"accX"}
    assert {n.split(".")[0] for n in told["not_looked_at"]} == {"accY"}
    assert not made.warnings and "windows of 2 kinds" in made.map_path.read_text()
    assert replace(made, folds=rank.Folds((0.4, np.nan, 0.5))).warnings


def test_without_anomalies_nothing_is_ranked_and_the_cost_is_told(tmp_path: Path) -> None:
    made, told = found(project(tmp_path, STRANGE, "", "ok"), advice=True)
    assert told["ranks"] == [] and told["score"] is None
    assert "known anomaly" in made.cannot and "labels there are: ok" in made.cannot
    base = told["advice"]["base"]
    assert base["score"] is None and base["cycles"]["tag"] == "emulated"
    page = made.map_path.read_text()
    assert "Not ranked" in page and "What it costs" in page
    said = motekit("features", "--project", tmp_path)
    assert said.code == 0 and "not ranked: no window is a known anomaly" in said.out
    assert "found flatten of 12 in the cache" in said.out


@pytest.mark.parametrize(
    ("learner", "signal", "labels", "says"),
    [
        (VALUE, "", "3", "same target"),
        (STRANGE, 'normal = ["none"]', "ok", "there are: ok"),
        ('[classifier]\nlearner = "dense"\n', "", "ok", "one class only"),
    ],
)
def test_nothing_to_learn(
    tmp_path: Path, learner: str, signal: str, labels: str, says: str
) -> None:
    with pytest.raises(InputError, match=says) as error:
        found(project(tmp_path, learner, signal, labels))
    assert str(tmp_path) in str(error.value.where)


def option(changes: tuple[str, ...], gain: float, energy: float | None, **more: Any) -> Option:
    return Option(
        changes, tuple(f"[{c}]" for c in changes), -2.0 + gain, gain, 0.1, 5, 1000.0, "emulated",
        energy, **more,
    )  # fmt: skip


def test_the_advice_as_people_read_it() -> None:
    """What saves in a table; what saves nothing, loses too much, or cannot be, in a line each."""
    base, half = option((), 0.0, 10.0), option(("half",), -0.05, 4.2)
    none, bad = option(("none",), 0.0, 9.95), option(("bad",), -0.5, None)
    advice = Advice(base, (none, bad, half), half, 0.1, (("odd", "an FFT is too long"),))
    measure = yardstick.of(table(targets=np.arange(300.0)), "bpm")
    columns, rows = words.savings(advice, measure)
    assert columns[1] == "error, bpm" and [row[0] for row in rows] == ["as it is", "half"]
    assert rows[1][1:4] == ("+0.05 ± 0.10", "−58 %", "4.20")
    told = list(words.advice_lines(advice, measure))
    assert "save less than 1 %: none (+0.00 ± 0.10)" in told
    assert "add more error than 0.1 bpm: bad (+0.50 ± 0.10)" in told
    assert "cannot be (--json says why): odd" in told and told[-1] == "    [half]"
    assert "  error +0.05 ± 0.10 bpm, −58 % energy; 5 features, 1,000 cycles a window" in told
    last = list(words.advice_lines(replace(advice, proposal=None), measure))[-1]
    assert last.startswith("Nothing saves 1 % of the energy without adding more than 0.1 bpm.")
