"""The model in its own world: ONNX Runtime if it is installed, else ONNX's reference evaluator.

Either runs in a process of its own, for a hostile model can crash or stall it.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.importer import Case, SourceRun

TIMEOUT_S = 60.0
MOST_SLOW = 5  # cases for the reference evaluator, which is plain NumPy


def run(content: bytes, cases: Sequence[Case]) -> SourceRun:
    """Outputs of the source model. Raises InputError if it refuses, crashes or takes too long."""
    arrays: dict[str, Any] = {"model": np.frombuffer(content, np.uint8),
                              "cases": np.array(len(cases))}  # fmt: skip
    arrays |= {f"{i}.{j}": a for i, case in enumerate(cases) for j, a in enumerate(case)}
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    command = [sys.executable, "-m", "motekit.graph.importers.onnx.source"]
    try:
        ended = subprocess.run(command, input=packed.getvalue(), capture_output=True,
                               timeout=TIMEOUT_S, check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise InputError(
            "the ONNX model did not finish in time", value=f"{TIMEOUT_S:g} s"
        ) from None
    if ended.returncode:
        lines = ended.stderr.decode("utf-8", errors="replace").strip().splitlines() or [""]
        raise InputError("the ONNX model could not be run", value=lines[-1][:120])
    with np.load(io.BytesIO(ended.stdout), allow_pickle=False) as stored:
        rows, width = int(stored["rows"]), int(stored["width"])
        outputs = [[stored[f"{i}.{j}"] for j in range(width)] for i in range(rows)]
        return SourceRun(str(stored["name"]), outputs)


def main() -> None:
    """Answer one request on standard input."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may get into the answer
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as stored:
        model = stored["model"].tobytes()
        session, inputs, name, most = _session(model)
        rows = []
        for i in range(min(int(stored["cases"]), most)):
            feed = {n: stored[f"{i}.{j}"].astype(t) for j, (n, t) in enumerate(inputs)}
            rows.append(session.run(None, feed))
    packed: dict[str, Any] = {"name": np.array(name), "rows": np.array(len(rows)),
                              "width": np.array(len(rows[0]))}  # fmt: skip
    packed |= {f"{i}.{j}": np.asarray(a) for i, row in enumerate(rows) for j, a in enumerate(row)}
    out = io.BytesIO()
    np.savez(out, **packed)
    answers.write(out.getvalue())


def _session(model: bytes) -> tuple[Any, list[tuple[str, str]], str, int]:
    """(what runs it, inputs with their element type, its name, most cases)."""
    import onnx

    proto = onnx.ModelProto.FromString(model)
    constants = {t.name for t in proto.graph.initializer}
    kinds = {1: "float32", 10: "float16", 6: "int32", 7: "int64"}
    inputs = [
        (i.name, kinds[i.type.tensor_type.elem_type])
        for i in proto.graph.input
        if i.name not in constants
    ]
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model, options)
        return session, inputs, f"ONNX Runtime {onnxruntime.__version__}", 1 << 20
    except ImportError:
        from onnx.reference import ReferenceEvaluator

        name = f"ONNX's reference evaluator {onnx.__version__}"
        return ReferenceEvaluator(proto), inputs, name, MOST_SLOW


if __name__ == "__main__":
    main()
