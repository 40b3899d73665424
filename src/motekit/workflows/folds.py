"""Cross-validation of the binary: every held-out fold's own program, built, run and proven.

A fold's model is compiled to a program like any other and that program classifies the windows
its model never saw, as C on the host and as the binary on an emulated core.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.pipeline import PipelineSpec, Q
from motekit.deploy.emulate import EmulatedProgram, link_program
from motekit.deploy.host import HostProgram, Outcome
from motekit.deploy.prove import Proof, prove

from .parallel import oracle, workers


@dataclass(frozen=True)
class FoldTask:
    """A fold to build: its pipeline and the windows that were held out.

    Args:
        key: whatever tells the folds apart; comes back with the result.
        windows: shape (windows, samples, channels).
    """

    key: tuple[int, int]
    spec: PipelineSpec
    windows: npt.NDArray[np.generic]
    core: str = "cortex-m4f"


@dataclass(frozen=True)
class FoldResult:
    """What the binary of one fold made of its held-out windows.

    Args:
        host, emulated: what the program says, as `models.judge.judge` takes it: int8 class
            scores, values in their unit, or anomaly scores above the threshold in standard
            deviations.
        above: anomaly scores of the binary less its threshold, Q8.8, shape (windows,).
    """

    key: tuple[int, int]
    host: npt.NDArray[np.number[Any]]
    emulated: npt.NDArray[np.number[Any]]
    above: npt.NDArray[np.int32]
    proof: Proof
    flash_bytes: int


def run_fold(task: FoldTask) -> FoldResult:
    """Build one fold's program and run its windows, on the host and on the emulated core."""
    generated = compile_pipeline(task.spec, targets.core(task.core).spec)
    with tempfile.TemporaryDirectory(prefix="motekit-fold-") as name:
        elf = link_program(generated, task.core, Path(name) / f"{task.spec.name}.elf")
        program = EmulatedProgram(task.spec, generated, task.core, elf)
        emulated = program.windows(task.windows, each=False)
        host = HostProgram(task.spec, generated).windows(task.windows)
        proof = prove(
            task.spec, task.windows, emulated, host, oracle(),
            core=task.core, compiler="zig", opt="-Os",
        )  # fmt: skip
        flash = program.machine.elf.sizes.flash
    seen = emulated.outcome
    above = seen.anomaly - np.int32(task.spec.decision.anomaly_threshold or 0)
    return FoldResult(task.key, said(task.spec, host), said(task.spec, seen), above, proof, flash)


def said(spec: PipelineSpec, outcome: Outcome) -> npt.NDArray[np.number[Any]]:
    """What a program says of windows, as `FoldResult` has it."""
    if "classifier" in spec.graphs:
        return outcome.scores
    if "regressor" in spec.graphs:
        return spec.value.of(outcome.value)
    threshold = spec.decision.anomaly_threshold or 0
    return (outcome.anomaly.astype(np.int64) - threshold) * (spec.normalizer.z_lsb / Q)


def run_folds(
    tasks: Sequence[FoldTask], done: Callable[[int, int], None] | None = None
) -> list[FoldResult]:
    """All folds, over two processes, in the order given.

    Args:
        done: told (folds finished, all folds).
    """
    results: list[FoldResult] = []
    with workers() as pool:
        for result in pool.map(run_fold, tasks):
            results.append(result)
            if done is not None:
                done(len(results), len(tasks))
    return results


def add_proofs(proofs: Iterable[Proof]) -> Proof:
    """One verdict over several: counts are added, errors and bounds are the largest."""
    every = list(proofs)
    details: dict[str, int] = {}
    for proof in every:
        for what, n in proof.details.items():
            details[what] = details.get(what, 0) + n
    first = every[0]
    return Proof(
        core=first.core,
        compiler=first.compiler,
        opt=first.opt,
        windows=sum(p.windows for p in every),
        mismatches=sum(p.mismatches for p in every),
        details=details,
        feature_flips=sum(p.feature_flips for p in every),
        decision_flips=sum(p.decision_flips for p in every),
        dsp_max_error=max(p.dsp_max_error for p in every),
        dsp_bound=max(p.dsp_bound for p in every),
        over_bound=sum(p.over_bound for p in every),
    )
