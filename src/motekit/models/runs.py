"""A run: everything that training found, as plain files that git and people can read.

    runs/<id>/
      run.json         what was trained from and with; written last: a run without it is unfinished
      metrics.json     held-out figures: float, int8, by group, class and seed; leak audit
      curves.json      learning curves
      histograms.json  16 bins of every feature in training, for drift checks
      classifier.npz   the model of all groups (or regressor.npz, or anomaly.npz): arrays, and
                       meta.json with the rest
      anomaly.npz      the detector beside it, if there is one
      folds/           every model of the cross-validation, by content hash

The id is a hash of inputs, parameters and seeds: the same training finds its finished parts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.params import to_mapping
from motekit.recordings.files import reading

from . import learner as learner_of
from .audit import LeakAudit
from .detection import DetectionEvaluation
from .evaluate import Evaluation
from .histogram import Histogram
from .jobs import Candidate
from .judge import Judgement
from .nested import Nested
from .sqnr import LayerNoise
from .store import Trained, digest, load_trained, pack_trained, to_json, versions, write_bytes
from .values import ValueEvaluation

ID_CHARACTERS = 16
FOLDS = "folds"


@dataclass(frozen=True)
class Run:
    """What training found.

    Args:
        split: how it was judged ({"by": "subject", …}), stored as given.
        model: of all groups; anomaly: the detector beside it.
        leaks: None for a detector on its own.
        int8: held-out figures of the integer models, one per seed.
        noise: quantization noise by layer of the model of all groups.
    """

    id: str
    split: Mapping[str, Any]
    nested: Nested
    model: Trained
    anomaly: Trained | None
    leaks: LeakAudit | None
    int8: tuple[Judgement, ...]
    noise: tuple[LayerNoise, ...]
    histograms: tuple[Histogram, ...]

    @property
    def chosen(self) -> Candidate:
        """The candidate that the model of all groups was made with."""
        return self.nested.candidates[self.nested.choice]

    @property
    def task(self) -> str:
        """What the model is for: "classifier", "regressor" or "anomaly"."""
        return learner_of(self.model.fitted.learner).task

    @property
    def detector(self) -> Trained | None:
        """The anomaly detector, beside the model or the model itself."""
        return self.model if self.task == "anomaly" else self.anomaly


def describe(candidate: Candidate) -> dict[str, Any]:
    """A candidate as JSON-like values."""
    return {
        "name": candidate.name,
        "learner": candidate.learner,
        "params": to_mapping(candidate.params),
        "features": list(candidate.table.names),
        "data_sha256": candidate.table.digest(),
    }


def run_id(candidates: Sequence[Candidate], seeds: Sequence[int], split: Mapping[str, Any],
           extra: Mapping[str, Any] | None = None) -> str:  # fmt: skip
    """The id of a run: the same for the same data, parameters, seeds and versions."""
    described = [describe(c) for c in candidates]
    return digest(described, list(seeds), dict(split), dict(extra or {}), versions())[
        :ID_CHARACTERS
    ]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _spread(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


FIGURES = {
    Evaluation: ("accuracy", {
        "windows_right": "accuracy", "balanced_accuracy": "balanced_accuracy",
        "macro_f1": "macro_f1", "calibration_error": "calibration_error",
    }),
    ValueEvaluation: ("error", {
        "windows_error": "error", "rmse": "rmse", "p95": "p95", "bias": "bias", "guess": "guess",
    }),
    DetectionEvaluation: ("auc", {
        "pooled_auc": "auc", "false_alarms": "alarms", "anomalies_found": "found",
    }),
}  # fmt: skip


def figure_name(judged: Judgement) -> str:
    """What `figure` is: "accuracy", "error", "auc", or "false_alarms" without known anomalies."""
    if isinstance(judged, DetectionEvaluation) and not judged.anomalies:
        return "false_alarms"
    return FIGURES[type(judged)][0]


def summary(evaluations: Sequence[Judgement]) -> dict[str, float | None]:
    """The mean over seeds of the figure they are judged by (a mean over groups), its spreads
    (n − 1), and means over seeds of what else there is; None where nothing can be said."""
    first = evaluations[0]
    by_seed = [e.figure for e in evaluations]
    by_group = np.mean([list(e.group_figures.values()) for e in evaluations], axis=0)
    name, more = FIGURES[type(first)]
    told = name == figure_name(first)
    out: dict[str, float | None] = {
        name: _mean(by_seed) if told else None,
        "spread_over_seeds": _spread(by_seed),
        "spread_over_groups": _spread(by_group.tolist()),
    }
    for key, field in more.items():
        values = [getattr(e, field) for e in evaluations]
        out[key] = None if None in values else _mean(values)
    return out


def metrics(run: Run) -> dict[str, Any]:
    """The figures of metrics.json."""
    nested = run.nested
    return {
        "float": summary(nested.by_seed),
        "int8": summary(run.int8),
        "seeds": [
            {"seed": s, "float": f.as_dict(), "int8": i.as_dict()}
            for s, f, i in zip(nested.seeds, nested.by_seed, run.int8, strict=True)
        ],
        "outer": [
            {
                "held": list(o.held), "choice": nested.candidates[o.choice].name,
                "inner": {
                    c.name: {_MERIT[run.task]: _merit(k.merit), "keep": k.keep}
                    for c, k in zip(nested.candidates, o.competitors, strict=True)
                },
            }
            for o in nested.outer
        ],
        "leak_audit": None if run.leaks is None else {**asdict(run.leaks), "gap": run.leaks.gap},
        "quantization": [asdict(layer) for layer in run.noise],
        "anomaly": None if run.detector is None else dict(run.detector.fitted.facts),
    }  # fmt: skip


_MERIT = {"classifier": "accuracy", "regressor": "error", "anomaly": "auc"}


def _merit(merit: float) -> float | None:
    """As it is told: an error without the sign that makes more of it worse."""
    return None if np.isnan(merit) else abs(merit)


def curves(run: Run) -> dict[str, Any]:
    """The learning curves: the model of all groups, and the mean over the inner folds."""
    chosen = run.nested.overall[run.nested.choice]
    return {
        "final": {name: list(line) for name, line in run.model.fitted.history.items()},
        "inner": {name: list(line) for name, line in chosen.curves.items()},
        "kept_checkpoint": chosen.keep,
    }


def files(run: Run) -> dict[str, bytes]:
    """Every file of the run by name, run.json last."""
    found = {f"{run.task}.npz": pack_trained(run.model)}
    if run.anomaly is not None:
        found["anomaly.npz"] = pack_trained(run.anomaly)
    found["metrics.json"] = to_json(metrics(run))
    found["curves.json"] = to_json(curves(run))
    found["histograms.json"] = to_json({"features": [h.as_dict() for h in run.histograms]})
    about = {
        "id": run.id, "seeds": list(run.nested.seeds), "split": dict(run.split),
        "classes": list(run.chosen.table.classes), "chosen": run.chosen.name,
        "candidates": [describe(c) for c in run.nested.candidates], "versions": versions(),
    }  # fmt: skip
    return found | {"run.json": to_json(about)}


def save(root: Path, run: Run) -> Path:
    """Write the run below `root`, each file whole or not at all. Raises MachineError."""
    folder = root / run.id
    for name, data in files(run).items():
        write_bytes(folder / name, data)
    return folder


@dataclass(frozen=True)
class SavedRun:
    """A finished run, read back.

    Args:
        about, metrics: run.json and metrics.json as they are.
        models: by task: "classifier", "regressor", "anomaly".
    """

    folder: Path
    about: Mapping[str, Any]
    metrics: Mapping[str, Any]
    models: Mapping[str, Trained]


def load(folder: Path) -> SavedRun:
    """Read a finished run. Raises InputError if it is unfinished or damaged."""
    parts = {}
    for name in ("run", "metrics"):
        path = folder / f"{name}.json"
        try:
            with reading(path):
                parts[name] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(
                "not a JSON file", where=path, value=str(error), way_out="train again"
            ) from error
    files = {task: folder / f"{task}.npz" for task in _MERIT}
    models = {task: load_trained(path) for task, path in files.items() if path.is_file()}
    if not models:
        raise InputError("the run has no model", where=folder, way_out="train again")
    return SavedRun(folder, parts["run"], parts["metrics"], models)
