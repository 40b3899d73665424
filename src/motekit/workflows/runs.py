"""A run on disk: everything that was learned, in plain files, enough to build from anywhere.

    runs/<id>/run.json         signal, blocks, classes, decision, versions, what it was trained on
    runs/<id>/metrics.json     held-out figures, per class, per group, reliability, leak audit
    runs/<id>/histograms.json  16-bin histogram of every training feature, for drift checks
    runs/<id>/classifier.npz   the final classifier; anomaly.npz the detector, if there is one
    runs/<id>/calibration.npz  raw features of training windows that fix the activation ranges
    runs/<id>/windows.npz      windows that a build runs for its proof

The id is a hash of the models and of what they were trained on, so the same run has the same id.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.core.params import from_mapping, to_mapping
from motekit.core.pipeline import BlockUse, Decision, PipelineSpec
from motekit.models.evaluate import Evaluation
from motekit.models.store import (
    Trained,
    load_trained,
    pack,
    pack_trained,
    to_json,
    unpack,
    versions,
)
from motekit.recordings.files import writing

from .assemble import assemble, identity
from .learn import Learned
from .project import Project

CALIBRATION_ROWS = 1024
PROOF_WINDOWS = 512
BINS = 16


@dataclass(frozen=True)
class Run:
    """A run as it is loaded for a build.

    Args:
        windows: shape (windows, samples, channels): what the proof runs.
        metrics: content of metrics.json.
    """

    folder: Path
    spec: PipelineSpec
    windows: npt.NDArray[np.generic]
    metrics: Mapping[str, Any]


def spread(n: int, most: int) -> npt.NDArray[np.int64]:
    """Up to `most` of n rows, evenly spread."""
    return np.unique(np.linspace(0, max(n - 1, 0), min(n, most)).astype(np.int64))


def histograms(learned: Learned) -> dict[str, Any]:
    """Edges and counts of every feature over the training windows."""
    table = learned.table
    values = table.values[table.real]
    out = {}
    for i, name in enumerate(table.names):
        counts, edges = np.histogram(values[:, i].astype(np.float64), BINS)
        out[name] = {"edges": edges.tolist(), "counts": counts.tolist()}
    return {"windows": int(table.real.sum()), "features": out}


def metrics(learned: Learned, by_seed: Sequence[Evaluation]) -> dict[str, Any]:
    """Held-out figures of the float models, one entry per seed, and the leak audit."""
    return {
        "seeds": list(learned.nested.seeds),
        "accuracy": learned.nested.accuracy,
        "by_seed": [e.as_dict() for e in by_seed],
        "leak_audit": asdict(learned.leaks),
        "recipe": learned.recipe.name,
        "recipes": [r.name for r in learned.recipes],
        "inner_accuracy": [list(o.inner) for o in learned.nested.outer],
        "chosen": [learned.recipes[o.choice].name for o in learned.nested.outer],
        "history": {k: list(v) for k, v in learned.classifier.fitted.history.items()},
    }


def save(project_folder: Path, project: Project, learned: Learned) -> Path:
    """Write a run; returns its folder. A run of this id that is there already is left alone.

    Raises MachineError if the disk does not take it; nothing half-written stays.
    """
    trained = [t for t in (learned.classifier, learned.anomaly) if t is not None]
    run_id = identity(*trained, blocks=learned.recipe.blocks, signal=learned.data.signal)[:16]
    final = project_folder / "runs" / run_id
    working = final.with_name(f".{run_id}.partial")
    with writing(final):
        shutil.rmtree(working, ignore_errors=True)
        working.mkdir(parents=True)
        for name, data in _files(project, learned).items():
            (working / name).write_bytes(data)
        shutil.rmtree(final, ignore_errors=True)
        working.rename(final)
        (project_folder / "runs" / "latest").write_text(run_id + "\n", encoding="utf-8")
    return final


def _files(project: Project, learned: Learned) -> dict[str, bytes]:
    table, windows = learned.table, learned.data.windows.values
    rows = table.rows(table.real)
    calibration = table.values[rows[spread(len(rows), CALIBRATION_ROWS)]]
    files = {
        "run.json": to_json(_describe(project, learned)),
        "metrics.json": to_json(metrics(learned, learned.nested.by_seed)),
        "histograms.json": to_json(histograms(learned)),
        "classifier.npz": pack_trained(learned.classifier),
        "calibration.npz": pack({"features": calibration}, {"names": list(table.names)}),
        "windows.npz": pack({"windows": windows[spread(len(windows), PROOF_WINDOWS)]}, {}),
    }
    if learned.anomaly is not None:
        files["anomaly.npz"] = pack_trained(learned.anomaly)
    return files


def _describe(project: Project, learned: Learned) -> dict[str, Any]:
    decision = project.decision
    return {
        "name": project.name,
        "signal": asdict(learned.data.signal),
        "blocks": [
            {"block": u.block, "params": to_mapping(u.params), "channels": list(u.channels)}
            for u in learned.recipe.blocks
        ],
        "classes": list(learned.table.classes),
        "decision": {
            "threshold": decision.threshold, "smooth": decision.smooth,
            "hold_off": decision.hold_off,
        },
        "data_sha256": learned.table.digest(),
        "versions": versions(),
    }  # fmt: skip


def latest(project_folder: Path) -> Path:
    """The folder of the newest run. Raises InputError if there is none."""
    pointer = project_folder / "runs" / "latest"
    if not pointer.is_file():
        raise InputError("nothing was trained yet", where=project_folder / "runs",
                         way_out="run: motekit train")  # fmt: skip
    return project_folder / "runs" / pointer.read_text(encoding="utf-8").strip()


def load(folder: Path) -> Run:
    """A run from its folder, wherever that lies. Raises InputError if it is damaged."""
    try:
        told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        found = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        signal = _signal(told["signal"])
        blocks = tuple(_block(b, folder) for b in told["blocks"])
        decision = Decision(**told["decision"])
        name, classes = str(told["name"]), tuple(map(str, told["classes"]))
    except FileNotFoundError as error:
        raise InputError("not a run folder", where=folder, value=str(error.filename),
                         way_out="run: motekit train") from error  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "the run is damaged", where=folder / "run.json", value=str(error),
            way_out="train again",
        ) from error  # fmt: skip
    calibration, _ = unpack(folder / "calibration.npz")
    windows, _ = unpack(folder / "windows.npz")
    detector = folder / "anomaly.npz"
    anomaly: Trained | None = load_trained(detector) if detector.is_file() else None
    spec = assemble(
        name, signal, blocks, classes, calibration["features"].astype(np.float32), decision,
        load_trained(folder / "classifier.npz"), anomaly,
    )  # fmt: skip
    return Run(folder, spec, windows["windows"], found)


def _signal(told: Mapping[str, Any]) -> Signal:
    return Signal(
        float(told["rate_hz"]), int(told["length"]), int(told["stride"]),
        tuple(told["channels"]), tuple(told["units"]), tuple(map(float, told["scale"])),
        str(told["sample"]),
    )  # fmt: skip


def _block(told: Mapping[str, Any], where: Path) -> BlockUse:
    block = dsp.block(str(told["block"]))
    params = from_mapping(block.params, told["params"], f"{where}: {block.name}")
    return BlockUse(block.name, params, tuple(int(c) for c in told["channels"]))
