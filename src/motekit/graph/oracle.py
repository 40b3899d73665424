"""LiteRT's reference interpreter as an independent oracle, in a process of its own.

The interpreter can crash the process on a hostile model, so it never runs in ours. One child
process serves many requests and is started again after a crash or when time is up. Requests
and answers are a length and an NPZ archive, read without pickle (see `oracle_child`).
"""

from __future__ import annotations

import contextlib
import io
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from motekit.core.errors import InputError, MachineError
from motekit.core.op import Array

TIMEOUT_S = 120.0
LENGTH = struct.Struct("<BQ")  # status (0 done, 1 refused), bytes that follow


@dataclass
class Oracle:
    """A LiteRT process; use it as a context manager.

    Args:
        timeout_s: longest time for one request; then the process is killed.
    """

    timeout_s: float = TIMEOUT_S
    _child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Oracle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(
        self,
        model: bytes,
        cases: Sequence[Sequence[Array]],
        *,
        resolver: str = "BUILTIN_REF",
        tensors: Sequence[int] = (),
        reset: bool = True,
    ) -> list[list[Array]]:
        """Outputs of every case.

        Args:
            model: content of a .tflite file.
            cases: for each case one array per model input.
            resolver: name of the op resolver; motekit's semantics are those of BUILTIN_REF.
            tensors: give these tensors of the first subgraph in place of the outputs.
            reset: reset the model's variables before each case, else only before the first.

        Raises:
            InputError: the interpreter refused the model, crashed on it, or took too long.
        """
        arrays: dict[str, Any] = {
            "model": np.frombuffer(model, np.uint8),
            "cases": np.array(len(cases)),
            "resolver": np.array(resolver),
            "tensors": np.array(tensors, np.int64),
            "reset": np.array(reset),
        }
        arrays |= {f"{i}.{j}": a for i, case in enumerate(cases) for j, a in enumerate(case)}
        packed = io.BytesIO()
        np.savez(packed, **arrays)
        status, body = self._ask(packed.getvalue())
        if status:
            reason = body.decode("utf-8", errors="replace")
            raise InputError("LiteRT refuses this model", value=reason[:500])
        with np.load(io.BytesIO(body), allow_pickle=False) as stored:
            count = int(stored["outputs"])
            return [[stored[f"{i}.{j}"] for j in range(count)] for i in range(len(cases))]

    def _ask(self, request: bytes) -> tuple[int, bytes]:
        child = self._start()
        assert child.stdin is not None and child.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        watchdog = threading.Timer(self.timeout_s, stop)
        watchdog.start()
        try:
            child.stdin.write(LENGTH.pack(0, len(request)) + request)
            child.stdin.flush()
            status, length = LENGTH.unpack(child.stdout.read(LENGTH.size))
            body = child.stdout.read(length)
            if len(body) != length:
                raise struct.error
        except (BrokenPipeError, struct.error):
            self.close()
            if late.is_set():
                raise InputError(
                    "LiteRT did not finish in time", value=f"{self.timeout_s:g} s"
                ) from None
            raise InputError(
                "LiteRT crashed on this model", value=f"exit status {child.returncode}"
            ) from None
        finally:
            watchdog.cancel()
        return status, body

    def _start(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            command = [sys.executable, "-m", "motekit.graph.oracle_child"]
            try:
                self._child = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise MachineError(f"cannot start the oracle process: {error.strerror}") from error
        return self._child

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # unsent bytes of a gone process
                    pipe.close()
        child.wait()


def run_litert(
    model: bytes,
    cases: Sequence[Sequence[Array]],
    *,
    resolver: str = "BUILTIN_REF",
    timeout_s: float = TIMEOUT_S,
) -> list[list[Array]]:
    """Outputs of every case under LiteRT, in a process started for this call (see `Oracle`)."""
    with Oracle(timeout_s) as oracle:
        return oracle.run(model, cases, resolver=resolver)
