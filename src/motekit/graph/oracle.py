"""LiteRT's reference interpreter as an independent oracle, in a process of its own.

The interpreter can crash the process on a hostile model, so it never runs in ours. One
process handles many inputs; it gets the model and the inputs as files of a temporary folder
and gives the outputs back as one NPZ (read without pickle).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError, MachineError
from motekit.core.op import Array

TIMEOUT_S = 120.0


def run_litert(
    model: bytes,
    cases: Sequence[Sequence[Array]],
    *,
    resolver: str = "BUILTIN_REF",
    all_tensors: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> list[list[Array]]:
    """Outputs of every case under LiteRT.

    Args:
        model: content of a .tflite file.
        cases: for each case one array per model input. Variables are reset before each case.
        resolver: name of the op resolver; semantics are those of BUILTIN_REF.
        all_tensors: give every tensor of the first subgraph in place of the outputs.

    Raises:
        InputError: the interpreter refused the model, crashed on it, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="motekit-oracle-") as folder:
        root = Path(folder)
        (root / "model.tflite").write_bytes(model)
        arrays: dict[str, Any] = {"cases": np.array(len(cases))}
        arrays |= {f"{i}.{j}": a for i, case in enumerate(cases) for j, a in enumerate(case)}
        np.savez(root / "in.npz", **arrays)
        args = [folder, resolver, "all" if all_tensors else "outputs"]
        command = [sys.executable, "-m", "motekit.graph.oracle_child", *args]
        try:
            done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired as error:
            raise InputError("LiteRT did not finish in time", value=f"{timeout_s} s") from error
        except OSError as error:
            raise MachineError(f"cannot start the oracle process: {error.strerror}") from error
        if done.returncode != 0:
            raise InputError("LiteRT refuses this model", value=_reason(done))
        return _collect(root / "out.npz", len(cases))


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode < 0:
        return f"the interpreter crashed with signal {-done.returncode}"
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


def _collect(path: Path, cases: int) -> list[list[Array]]:
    with np.load(path, allow_pickle=False) as stored:
        count = int(stored["outputs"])
        return [[stored[f"{i}.{j}"] for j in range(count)] for i in range(cases)]
