"""What a front end costs: its program, without any learner, run on an emulated core."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.block import Signal
from motekit.core.pipeline import BlockUse, Normalizer, PipelineSpec
from motekit.deploy import measure
from motekit.deploy.bill import Bill, on_board
from motekit.deploy.emulate import EmulatedProgram, link_program


@dataclass(frozen=True)
class CostTask:
    """A front end to measure on some windows."""

    signal: Signal
    blocks: tuple[BlockUse, ...]
    features: int
    windows: npt.NDArray[np.generic]
    core: str


def front_end(task: CostTask) -> Bill:
    """The bill of taking samples and computing features of one window."""
    flat = Normalizer(np.zeros(task.features), np.ones(task.features), 0.05)
    spec = PipelineSpec("front", task.signal, task.blocks, flat, {}, ())
    generated = compile_pipeline(spec, targets.core(task.core).spec)
    with tempfile.TemporaryDirectory(prefix="motekit-cost-") as name:
        elf = link_program(generated, task.core, Path(name) / "front.elf")
        program = EmulatedProgram(spec, generated, task.core, elf)
        emulated = program.windows(task.windows)
        return measure.bill(spec, program, emulated, task.windows)


def energy_uj_per_s(bill: Bill, board: str, signal: Signal) -> float:
    """Energy of computing, without sleep, sensor and learner, a second (estimated)."""
    stride_s = signal.stride / signal.rate_hz
    return on_board(bill, targets.board(board), stride_s, 0.0).energy_uj.value / stride_s
