"""A run: everything that training found, as plain files that git and people can read.

    runs/<id>/
      run.json         what was trained from and with; written last: a run without it is unfinished
      metrics.json     held-out figures: float, int8, by subject, class and seed; leak audit
      curves.json      learning curves
      histograms.json  16 bins of every feature in training, for drift checks
      classifier.npz   the model of all groups: arrays, and meta.json with the rest
      anomaly.npz      the detector, if there is one
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

from .audit import LeakAudit
from .evaluate import Evaluation
from .histogram import Histogram
from .jobs import Candidate
from .nested import Nested
from .sqnr import LayerNoise
from .store import Trained, digest, load_trained, pack_trained, to_json, versions, write_bytes

ID_CHARACTERS = 16
FOLDS = "folds"


@dataclass(frozen=True)
class Run:
    """What training found.

    Args:
        split: how it was judged ({"by": "subject", …}), stored as given.
        int8: held-out figures of the integer models, one per seed.
        noise: quantization noise by layer of the model of all groups.
    """

    id: str
    split: Mapping[str, Any]
    nested: Nested
    classifier: Trained
    anomaly: Trained | None
    leaks: LeakAudit
    int8: tuple[Evaluation, ...]
    noise: tuple[LayerNoise, ...]
    histograms: tuple[Histogram, ...]

    @property
    def chosen(self) -> Candidate:
        """The candidate that the model of all groups was made with."""
        return self.nested.candidates[self.nested.choice]


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


def summary(evaluations: Sequence[Evaluation]) -> dict[str, float]:
    """Mean accuracy over seeds of the mean over groups, and both spreads (n − 1)."""
    by_seed = [e.group_accuracy for e in evaluations]
    by_group = np.mean([[g.accuracy for g in e.groups] for e in evaluations], axis=0)
    return {
        "accuracy": _mean(by_seed),
        "spread_over_seeds": _spread(by_seed),
        "spread_over_groups": _spread(by_group.tolist()),
        "windows_right": _mean([e.accuracy for e in evaluations]),
        "balanced_accuracy": _mean([e.balanced_accuracy for e in evaluations]),
        "macro_f1": _mean([e.macro_f1 for e in evaluations]),
        "calibration_error": _mean([e.calibration_error for e in evaluations]),
    }


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
                    c.name: {"accuracy": k.accuracy, "keep": k.keep}
                    for c, k in zip(nested.candidates, o.competitors, strict=True)
                },
            }
            for o in nested.outer
        ],
        "leak_audit": {**asdict(run.leaks), "gap": run.leaks.gap},
        "quantization": [asdict(layer) for layer in run.noise],
        "anomaly": None if run.anomaly is None else dict(run.anomaly.fitted.facts),
    }  # fmt: skip


def curves(run: Run) -> dict[str, Any]:
    """The learning curves: the model of all groups, and the mean over the inner folds."""
    chosen = run.nested.overall[run.nested.choice]
    return {
        "final": {name: list(line) for name, line in run.classifier.fitted.history.items()},
        "inner": {name: list(line) for name, line in chosen.curves.items()},
        "kept_checkpoint": chosen.keep,
    }


def files(run: Run) -> dict[str, bytes]:
    """Every file of the run by name, run.json last."""
    found = {"classifier.npz": pack_trained(run.classifier)}
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
    """

    folder: Path
    about: Mapping[str, Any]
    metrics: Mapping[str, Any]
    classifier: Trained
    anomaly: Trained | None


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
    anomaly = folder / "anomaly.npz"
    return SavedRun(
        folder, parts["run"], parts["metrics"], load_trained(folder / "classifier.npz"),
        load_trained(anomaly) if anomaly.is_file() else None,
    )  # fmt: skip
