"""The proof pack: golden vectors and the runner, to repeat the comparison on a real board."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.compiler.generated import Generated
from motekit.compiler.prefix import rename
from motekit.core.pipeline import PipelineSpec

from .bill import Bill
from .emulate import Emulated, runner_source
from .layout import request_dtype, result_dtype, sample_dtype
from .prove import Proof

VECTORS = 64  # golden windows in the pack, spread over all that were run

README = """\
Proof pack of {name}
====================

verdict.json    what was compared, over how many windows, and the bill
vectors.json    shapes and layout of the files below (little endian)
windows.bin     {count} golden windows of raw samples
features.bin    Q8.8 features the program must produce for them
results.bin     {name}_result structs it must produce for them
runner/         the runner: one C file, and the header of the two functions a board supplies

On a board: add runner/{name}_runner.c and the files of c/ to a project, write mk_read and
mk_write for its UART (mk_semihost.h says what they do), flash it, then:

    motekit prove PACK --serial PORT

It sends every window sample by sample and compares each answer bit for bit.
"""


def write(
    folder: Path,
    spec: PipelineSpec,
    generated: Generated,
    windows: npt.NDArray[np.generic],
    emulated: Emulated,
    proof: Proof,
    bill: Bill,
) -> None:
    """Write the pack. Its vectors are what the emulated program gave for a spread of windows."""
    runner = folder / "runner"
    runner.mkdir(parents=True)
    name = generated.name
    (runner / rename("mk_runner.c", name)).write_text(runner_source(name), encoding="utf-8")
    header = resources.files("motekit").joinpath("runtime", "platform", "mk_semihost.h")
    (runner / "mk_semihost.h").write_text(header.read_text(encoding="utf-8"), encoding="utf-8")
    pick = np.unique(np.linspace(0, len(windows) - 1, min(VECTORS, len(windows))).astype(int))
    golden = np.ascontiguousarray(windows[pick], dtype=sample_dtype(spec))
    (folder / "windows.bin").write_bytes(golden.tobytes())
    (folder / "features.bin").write_bytes(emulated.outcome.features[pick].tobytes())
    (folder / "results.bin").write_bytes(_results(spec, emulated, pick).tobytes())
    _json(folder / "vectors.json", _layout(spec, len(pick)))
    _json(folder / "verdict.json", {"proof": proof.as_dict(), "bill": bill.as_dict()})
    (folder / "README.txt").write_text(README.format(name=name, count=len(pick)), encoding="utf-8")


def _results(
    spec: PipelineSpec, emulated: Emulated, pick: npt.NDArray[np.int_]
) -> npt.NDArray[np.void]:
    out = np.zeros(len(pick), result_dtype(spec))
    names = out.dtype.names or ()
    seen = emulated.outcome
    out["window"] = 1
    for field, values in (
        ("anomaly", seen.anomaly), ("decision", seen.decision), ("scores", seen.scores),
    ):  # fmt: skip
        if field in names:
            out[field] = values[pick]
    if "anomalous" in names:
        out["anomalous"] = seen.anomaly[pick] > (spec.decision.anomaly_threshold or 0)
    return out


def _layout(spec: PipelineSpec, count: int) -> dict[str, object]:
    """vectors.json: enough to drive the runner without anything else of the project."""

    def fields(dtype: np.dtype[np.void]) -> dict[str, object]:
        found = {}
        for name, (kind, offset, *_) in (dtype.fields or {}).items():
            base = kind.base
            found[name] = {"type": base.str, "shape": list(kind.shape), "offset": int(offset)}
        return {"size": dtype.itemsize, "fields": found}

    return {
        "name": spec.name,
        "identity": spec.identity,
        "windows": count,
        "window": spec.signal.length,
        "channels": list(spec.signal.channels),
        "sample": sample_dtype(spec).str,
        "features": len(spec.normalizer.mean),
        "classes": list(spec.classes),
        "request": fields(request_dtype(spec)),
        "result": fields(result_dtype(spec)),
    }


def _json(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")
