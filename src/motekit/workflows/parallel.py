"""Work in two processes, each with one LiteRT of its own."""

from __future__ import annotations

import atexit
import functools
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.core.pipeline import PipelineSpec
from motekit.deploy.build import Built, Options, build
from motekit.graph.oracle import Oracle

WORKERS = 2


def workers() -> ProcessPoolExecutor:
    """A pool. Spawned, not forked: the parent runs threads of the training library."""
    return ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"))


@functools.cache
def oracle() -> Oracle:
    """One LiteRT process for everything a worker does."""
    made = Oracle()
    atexit.register(made.close)
    return made


@dataclass(frozen=True)
class BuildTask:
    """A build to be made by a worker; arguments as of motekit.deploy.build.build."""

    spec: PipelineSpec
    windows: npt.NDArray[np.generic]
    folder: Path
    options: Options


def run_build(task: BuildTask) -> Built:
    """Build in this process."""
    return build(task.spec, task.windows, task.folder, oracle(), task.options)
