"""A run on disk, with what a build needs beside what training kept (motekit.models.runs).

runs/<id>/pipeline.json    name, signal, blocks, classes, decision
runs/<id>/calibration.npz  raw features of training windows that fix the activation ranges
runs/<id>/windows.npz      windows that a build runs for its proof
runs/latest                the id of the newest run
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError, found_in
from motekit.core.params import from_mapping, to_mapping
from motekit.core.pipeline import BlockUse, Decision, PipelineSpec
from motekit.models import runs as saved
from motekit.models.integer import calibration_rows
from motekit.models.store import pack, to_json, unpack, write_bytes
from motekit.recordings.files import inside, reading

from .assemble import assemble
from .learn import Learned
from .project import Project

PIPELINE = "pipeline.json"
CALIBRATION_ROWS = 1024
PROOF_WINDOWS = 512


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


def save(project_folder: Path, project: Project, learned: Learned) -> Path:
    """Write a run; returns its folder. Each file appears whole or not at all.

    Raises MachineError if the disk does not take it.
    """
    folder = saved.save(project_folder / "runs", learned.run)
    for name, data in _files(project, learned).items():
        write_bytes(folder / name, data)
    write_bytes(project_folder / "runs" / "latest", f"{learned.run.id}\n".encode())
    return folder


def _files(project: Project, learned: Learned) -> dict[str, bytes]:
    table, windows = learned.table, learned.data.windows.values
    rows = calibration_rows(table, ())
    calibration = table.values[rows[spread(len(rows), CALIBRATION_ROWS)]]
    return {
        PIPELINE: to_json(_describe(project, learned)),
        "calibration.npz": pack({"features": calibration}, {"names": list(table.names)}),
        "windows.npz": pack({"windows": windows[spread(len(windows), PROOF_WINDOWS)]}, {}),
    }


def _describe(project: Project, learned: Learned) -> dict[str, Any]:
    decision = project.decision
    return {
        "name": project.name,
        "signal": asdict(learned.data.signal),
        "blocks": [
            {
                "block": u.block, "params": to_mapping(u.params), "channels": list(u.channels),
                "source": u.source, "name": u.name,
            }
            for u in learned.recipe.blocks
        ],
        "classes": list(learned.table.classes),
        "decision": {
            "threshold": decision.threshold, "smooth": decision.smooth,
            "hold_off": decision.hold_off,
        },
    }  # fmt: skip


def latest(project_folder: Path) -> Path:
    """The folder of the newest run. Raises InputError if there is none."""
    folder = project_folder / "runs"
    pointer = folder / "latest"
    if not pointer.is_file():
        raise InputError("nothing was trained yet", where=folder, way_out="run: motekit train")
    with reading(pointer), found_in(pointer):
        return folder / inside(folder, pointer.read_text("utf-8", "replace").strip()).name


def load(folder: Path) -> Run:
    """A run from its folder, wherever that lies. Raises InputError if it is damaged."""
    if not (folder / PIPELINE).is_file():
        raise InputError("not a finished run", where=folder, way_out="run: motekit train")
    try:
        told = json.loads((folder / PIPELINE).read_text(encoding="utf-8"))
        signal = _signal(told["signal"])
        blocks = tuple(_block(b, folder) for b in told["blocks"])
        decision = Decision(**told["decision"])
        name, classes = str(told["name"]), tuple(map(str, told["classes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "the run is damaged", where=folder / PIPELINE, value=str(error), way_out="train again"
        ) from error
    trained = saved.load(folder)
    calibration, _ = unpack(folder / "calibration.npz")
    windows, _ = unpack(folder / "windows.npz")
    spec = assemble(
        name, signal, blocks, classes, calibration["features"].astype(np.float32), decision,
        **trained.models,
    )  # fmt: skip
    return Run(folder, spec, windows["windows"], trained.metrics)


def _signal(told: Mapping[str, Any]) -> Signal:
    return Signal(
        float(told["rate_hz"]), int(told["length"]), int(told["stride"]),
        tuple(told["channels"]), tuple(told["units"]), tuple(map(float, told["scale"])),
        str(told["sample"]),
    )  # fmt: skip


def _block(told: Mapping[str, Any], where: Path) -> BlockUse:
    block = dsp.block(str(told["block"]))
    params = from_mapping(block.params, told["params"], f"{where}: {block.name}")
    channels = tuple(int(c) for c in told["channels"])
    source, name = str(told.get("source", "")), str(told.get("name", ""))
    return BlockUse(block.name, params, channels, source, name)
