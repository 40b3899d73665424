"""Projects that tell a value, and projects with a detector alone: read, learned, built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shared_data

from benchmarks.applications import data, run
from motekit.core.errors import InputError
from motekit.models.detection import DetectionEvaluation
from motekit.models.values import ValueEvaluation
from motekit.recordings.store import Store
from motekit.workflows import api, runs
from motekit.workflows.build import build_run
from motekit.workflows.everything import CORES, takes
from motekit.workflows.project import from_table, load
from motekit.workflows.train import train

DENSE, VALUE, GAUSS = {"learner": "dense"}, {"learner": "regressor"}, {"learner": "gmm"}
BLOCKS = [{"block": "flatten"}]


def quiet(what: str, done: int, total: int, note: str = "") -> None:
    pass


def read(**tables: Any) -> Any:
    return from_table({"name": "one", "blocks": BLOCKS, **tables}, "mote.toml")


def test_the_table_says_what_is_learned() -> None:
    assert read(classifier=DENSE).task == "classifier"
    assert read(regressor=VALUE).task == "regressor"
    alone, beside = read(anomaly=GAUSS), read(regressor=VALUE, anomaly=GAUSS)
    assert (alone.task, alone.anomaly) == ("anomaly", None)
    assert beside.task == "regressor" and beside.anomaly is not None


def recipe(name: str, **learner: Any) -> dict[str, Any]:
    return {"name": name, "blocks": BLOCKS, **learner}


@pytest.mark.parametrize(
    ("tables", "where", "says"),
    [
        ({}, "mote.toml", "add [classifier], [regressor] or [anomaly]"),
        ({"classifier": DENSE, "regressor": VALUE}, "mote.toml", "one program learns one thing"),
        ({"regressor": DENSE}, "mote.toml: regressor.learner", "choose one of: regressor"),
        ({"classifier": DENSE, "signal": {"target": "label"}}, "signal.target", "add [regressor]"),
        ({"classifier": DENSE, "signal": {"normal": ["a"]}}, "signal.normal", "the classifier"),
    ],
)
def test_tables_that_do_not_fit(tables: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        read(**tables)
    assert where in str(error.value.where) and says in str(error.value)


def test_recipes_of_two_tasks() -> None:
    both = [recipe("a", classifier=DENSE), recipe("b", anomaly=GAUSS)]
    with pytest.raises(InputError, match=r"recipes\[1\].*one task"):
        from_table({"name": "one", "recipes": both}, "mote.toml")
    with pytest.raises(InputError, match="detectors already"):
        from_table({"name": "one", "recipes": both[1:], "anomaly": GAUSS}, "mote.toml")


def project(folder: Path, name: str, replace: dict[str, str]) -> None:
    """One recipe of an example, and real recordings."""
    text = (run.EXAMPLES / name / "mote.toml").read_text()
    first, *_, last = text.split("[[recipes]]\n")
    one = text.split("[[recipes]]\n")[1]
    text = f"{first}[[recipes]]\n{one}[target]{last.partition('[target]')[2]}"
    for old, new in {"seeds = [1, 2, 3]": "seeds = [1]", **replace}.items():
        assert old in text
        text = text.replace(old, new)
    folder.mkdir()
    (folder / "mote.toml").write_text(text)


def test_a_fan_at_speeds_never_heard(tmp_path: Path) -> None:
    shared_data.folder("uci_fan_vibration")
    folder = tmp_path / "fan"
    project(folder, "vibration", {"components = 1": "components = 2"})
    some = (r for r in data.fan(shared_data.ROOT / "data") if r.session in ("60", "70", "80", "90"))
    assert len(list(Store.of_project(folder).add(some))) == 12
    loaded, learned = train(folder, quiet)
    judged = learned.run.int8[0]
    assert isinstance(judged, DetectionEvaluation) and judged.anomalies == 2 * 59 * 4
    assert judged.group_auc is not None and judged.group_auc > 0.9
    assert learned.run.leaks is None
    saved = runs.save(folder, loaded, learned)
    assert (saved / "anomaly.npz").is_file() and not (saved / "classifier.npz").exists()
    built = build_run(folder, loaded, None, "", None, quiet)
    rows = runs.spread(12 * 59, runs.PROOF_WINDOWS)
    assert built.proof.windows == len(rows) and built.proof.holds
    threshold = built.spec.decision.anomaly_threshold
    odd = built.emulated.outcome.anomaly > (threshold or 0)
    assert learned.data.strange is not None
    strange = learned.data.strange[rows]
    assert odd[~strange].mean() < 0.05 and odd[strange].mean() > 0.5


def test_a_heart_rate_from_recordings_never_heard(tmp_path: Path) -> None:
    shared_data.folder("welltory_ppg")
    folder = tmp_path / "pulse"
    project(folder, "heart", {"steps = 1200": "steps = 300"})
    assert sum(1 for _ in Store.of_project(folder).add(data.hearts(shared_data.ROOT / "data"))) > 15
    loaded, learned = train(folder, quiet)
    judged = learned.run.int8[0]
    assert isinstance(judged, ValueEvaluation) and judged.windows == len(learned.data.windows)
    assert judged.error < judged.guess and learned.run.leaks is not None
    runs.save(folder, loaded, learned)
    built = build_run(folder, load(folder), None, "", None, quiet)
    assert built.proof.holds and built.proof.details["regressor"] == 0
    told = built.spec.value.of(built.emulated.outcome.value)
    truth = learned.data.windows.target
    assert truth is not None and np.abs(told - truth).mean() < judged.guess


def test_labels_that_say_nothing(tmp_path: Path) -> None:
    shared_data.folder("uci_fan_vibration")
    folder = tmp_path / "fan"
    project(folder, "vibration", {'["healthy"]': '["balanced"]'})
    recordings = list(data.fan(shared_data.ROOT / "data"))[:3]
    assert len(list(Store.of_project(folder).add(iter(recordings)))) == 3
    with pytest.raises(InputError, match="no window has this label") as error:
        train(folder, quiet)
    assert "signal.normal" in str(error.value.where) and "there are: " in str(error.value)


@pytest.mark.parametrize("task", ["classifier", "regressor", "anomaly"])
def test_a_new_project_is_one_of_its_task(task: str, tmp_path: Path) -> None:
    assert api.new(tmp_path / "one", task) == tmp_path / "one"
    assert load(tmp_path / "one").task == task


def test_a_new_project_of_no_task(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of: classifier, regressor, anomaly"):
        api.new(tmp_path / "one", "cluster")
    assert not list(tmp_path.iterdir())


def test_cores_without_an_fpu_are_left_out_of_float_samples() -> None:
    assert all(takes(core, "int16") for core in CORES)
    left = [core for core in CORES if takes(core, "float32")]
    assert left == ["cortex-m4f", "cortex-m33", "cortex-m7"]
