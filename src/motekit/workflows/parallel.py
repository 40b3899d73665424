"""Work in two processes, each with one LiteRT of its own."""

from __future__ import annotations

import atexit
import contextlib
import functools
import signal
import threading
from collections.abc import Iterator
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
    """A pool. Spawned, not forked: the parent runs threads of the training library.

    Ctrl-C reaches every process of a terminal; a worker then ends without a word, the parent says
    what there is to say.
    """
    context = get_context("spawn")
    pool = ProcessPoolExecutor(WORKERS, mp_context=context, initializer=_end_at_interrupt)
    with _interrupts_ignored():  # which the processes inherit, until they are ready
        pool.submit(int)
    return pool


def _end_at_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
