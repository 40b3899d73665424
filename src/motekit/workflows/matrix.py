"""The same windows on every core, with every compiler that has it, at every -O level."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.pipeline import PipelineSpec
from motekit.deploy.emulate import EmulatedProgram, link_program
from motekit.deploy.host import HostProgram
from motekit.deploy.prove import Proof, prove

from .parallel import oracle, workers
from .runs import Run, spread

LEVELS = ("-O0", "-Os", "-O2", "-O3")
GCC = "arm-none-eabi-gcc"
Report = Callable[..., None]


@dataclass(frozen=True)
class Cell:
    """One build of the matrix."""

    spec: PipelineSpec
    windows: npt.NDArray[np.generic]
    core: str
    compiler: str
    opt: str


def prove_cell(cell: Cell) -> Proof:
    """Build with these flags, run, and compare with the host and the references."""
    generated = compile_pipeline(cell.spec, targets.core(cell.core).spec)
    with tempfile.TemporaryDirectory(prefix="motekit-") as name:
        elf = link_program(
            generated, cell.core, Path(name) / "program.elf", cell.compiler, cell.opt
        )
        program = EmulatedProgram(cell.spec, generated, cell.core, elf)
        emulated = program.windows(cell.windows, each=False)
    host = HostProgram(cell.spec, generated).windows(cell.windows)
    return prove(
        cell.spec, cell.windows, emulated, host, oracle(),
        core=cell.core, compiler=cell.compiler, opt=cell.opt,
    )  # fmt: skip


def cells(run: Run, windows: int) -> list[Cell]:
    """Every emulated core × its compilers that are installed × level."""
    some = run.windows[spread(len(run.windows), windows)]
    return [
        Cell(run.spec, some, core.name, compiler, opt)
        for core in targets.CORES
        if core.emulation is not None
        for compiler in core.compilers
        if compiler != "gcc" or shutil.which(GCC)
        for opt in LEVELS
    ]


def prove_matrix(run: Run, windows: int, report: Report) -> list[Proof]:
    """Prove every cell, over two processes."""
    todo = cells(run, windows)
    proofs: list[Proof] = []
    with workers() as pool:
        for proof in pool.map(prove_cell, todo):
            proofs.append(proof)
            report("matrix", len(proofs), len(todo), f"{proof.core} {proof.compiler} {proof.opt}")
    return proofs


def prove_one(run: Run, windows: int, core: str) -> Proof:
    """Prove one core with the default compiler and level."""
    some = run.windows[spread(len(run.windows), windows)]
    return prove_cell(Cell(run.spec, some, core, "zig", "-Os"))
