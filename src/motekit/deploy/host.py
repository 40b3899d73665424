"""Run a generated program on this computer, as a shared library."""

from __future__ import annotations

import ctypes
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler.generated import Generated
from motekit.compiler.prefix import rename
from motekit.compiler.sources import text
from motekit.core.errors import PromiseError
from motekit.core.pipeline import PipelineSpec
from motekit.targets.toolchain import Settings, load, shared_library

from .layout import result_dtype, sample_dtype


@dataclass(frozen=True)
class Outcome:
    """What a program made of some windows.

    Args:
        features: shape (windows, features), int16 in Q8.8.
        scores: shape (windows, classes), int8; no columns without a classifier.
        anomaly: shape (windows,), int32 in Q8.8; zeros without a detector.
        decision: shape (windows,), int8; −1 is none.
        value: shape (windows,), int8; zeros without a regressor.
    """

    features: npt.NDArray[np.int16]
    scores: npt.NDArray[np.int8]
    anomaly: npt.NDArray[np.int32]
    decision: npt.NDArray[np.int8]
    value: npt.NDArray[np.int8]

    @classmethod
    def of(cls, features: npt.NDArray[np.int16], results: npt.NDArray[np.void]) -> Outcome:
        """From arrays of features and of result structs."""
        names, n = results.dtype.names or (), len(results)
        return cls(
            features=features,
            scores=results["scores"] if "scores" in names else np.zeros((n, 0), np.int8),
            anomaly=results["anomaly"] if "anomaly" in names else np.zeros(n, np.int32),
            decision=results["decision"] if "decision" in names else np.full(n, -1, np.int8),
            value=results["value"] if "value" in names else np.zeros(n, np.int8),
        )


class HostProgram:
    """A generated program, compiled for this computer and loaded.

    Args:
        compiler, opt, sanitize: as in motekit.targets.toolchain.Settings.
    """

    def __init__(
        self,
        spec: PipelineSpec,
        generated: Generated,
        compiler: str = "zig",
        opt: str = "-Os",
        sanitize: tuple[str, ...] = (),
    ) -> None:
        self.spec = spec
        # A loaded library outlives its file, so nothing is left behind.
        with tempfile.TemporaryDirectory(prefix="motekit-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            files = list(generated.write(folder))
            batch = folder / rename("mk_batch.c", spec.name)
            batch.write_text(rename(text("mk_batch.c"), spec.name), encoding="utf-8")
            settings = Settings(compiler=compiler, opt=opt, include=(folder,), sanitize=sanitize)
            library = folder / "program.so"
            shared_library(targets.core("host"), [*files, batch], library, settings)
            self._library = load(library)

    def _call(self, symbol: str, *args: object) -> int:
        function = getattr(self._library, f"{self.spec.name}_{symbol}")
        function.restype = ctypes.c_uint32
        return int(function(*args))

    def windows(self, windows: npt.NDArray[np.generic]) -> Outcome:
        """Every window on its own, from a fresh start.

        Args:
            windows: shape (windows, samples, channels), int16 counts or float32.
        """
        data = np.ascontiguousarray(windows, dtype=sample_dtype(self.spec))
        results, features = self._room(len(data))
        done = self._call(
            "batch", _at(data), ctypes.c_uint32(len(data)), _at(results), _at(features)
        )
        if done != len(data):
            raise PromiseError("the program on the host left windows out", value=done)
        return Outcome.of(features, results)

    def play(self, samples: npt.NDArray[np.generic]) -> Outcome:
        """A whole recording, frame by frame; the outcome of every window on the way.

        Args:
            samples: shape (frames, channels).
        """
        data = np.ascontiguousarray(samples, dtype=sample_dtype(self.spec))
        results, features = self._room(len(data) // self.spec.signal.stride + 1)
        frames = ctypes.c_uint32(len(data))
        done = self._call("play", _at(data), frames, _at(results), _at(features))
        return Outcome.of(features[:done], results[:done])

    def invoke(self, inputs: npt.NDArray[np.signedinteger[Any]]) -> npt.NDArray[np.int8]:
        """The bare network: (rows, features), int8 or what its graph reads → int8 scores."""
        graph = self.spec.graphs["classifier"]
        data = np.ascontiguousarray(inputs, dtype=graph.type(graph.inputs[0]).dtype)
        out = np.zeros((len(data), len(self.spec.classes)), np.int8)
        for i in range(len(data)):
            self._call("invoke", _at(data[i]), _at(out[i]))
        return out

    def _room(self, n: int) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int16]]:
        features = np.zeros((n, len(self.spec.normalizer.mean)), np.int16)
        return np.zeros(n, result_dtype(self.spec)), features


def _at(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
