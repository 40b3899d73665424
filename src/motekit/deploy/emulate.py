"""Link a program with the proof runner and run windows through it on an emulated core."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler.generated import Generated
from motekit.compiler.prefix import rename
from motekit.compiler.sources import text
from motekit.core.errors import PromiseError
from motekit.core.pipeline import PipelineSpec
from motekit.core.target import TargetSpec
from motekit.targets import toolchain
from motekit.targets.emulation import Machine
from motekit.targets.emulation.measure import Measurement

from .host import Outcome
from .layout import request_dtype, result_dtype
from .natural import Watch

PUSH, RESTART, IDENTITY, QUIT = (ord(c) for c in "PRIQ")
Done = Callable[[int, int], None]


def runner_source(name: str) -> str:
    """The proof runner in C, under a program's names."""
    return rename(text("mk_runner.c"), name)


def link_program(
    generated: Generated, core: str, out: Path, compiler: str = "zig", opt: str = "-Os"
) -> Path:
    """The whole program: what was generated, the proof runner, start-up code. Returns `out`.

    This ELF is what is measured and what is run; nothing is added for either.
    """
    with tempfile.TemporaryDirectory(prefix="motekit-") as name:
        folder = Path(name)
        files = list(generated.write(folder))
        runner = folder / rename("mk_runner.c", generated.name)
        runner.write_text(runner_source(generated.name), encoding="utf-8")
        settings = toolchain.Settings(compiler, opt, (folder,), whole=opt != "-O0")
        out.parent.mkdir(parents=True, exist_ok=True)
        found = targets.core(core)
        parts = part_symbols(generated, found.spec).values()
        return toolchain.program(found, [*files, runner], out, settings, parts=parts)


def part_symbols(generated: Generated, target: TargetSpec) -> dict[str, str]:
    """Part → function: what is billed apart, and where features can be seen."""
    name = generated.name
    return {
        **generated.parts,
        "glue": f"{name}_process",
        "push": f"{name}_push",
        "feature": f"{name}_put_q" if target.arithmetic == "fixed" else f"{name}_put_f32",
    }


@dataclass(frozen=True)
class Emulated:
    """What an emulated run gave.

    Args:
        natural: shape (windows, features): features before normalisation as the binary had
            them, float32, or int32 in the fixed-point variant.
        cycles: of each window, total; shape (windows,); zeros if not asked for.
        measurement: everything that ran, added up.
        identity: what the binary says it is.
    """

    outcome: Outcome
    natural: npt.NDArray[np.generic]
    cycles: npt.NDArray[np.int64]
    measurement: Measurement
    identity: bytes


class EmulatedProgram:
    """A linked program in an emulated core, fed through its own push and process functions."""

    def __init__(
        self,
        spec: PipelineSpec,
        generated: Generated,
        core: str,
        elf: Path,
        check_alignment: bool = False,
    ) -> None:
        self.spec = spec
        target = targets.core(core).spec
        parts = part_symbols(generated, target)
        symbol = parts.pop("feature")
        self.machine = Machine(core, elf, parts, check_alignment=check_alignment)
        self.watch = Watch(self.machine, symbol, target.arithmetic == "fixed")
        self.request = request_dtype(spec)
        self.result = result_dtype(spec)

    def windows(
        self, windows: npt.NDArray[np.generic], done: Done | None = None, each: bool = True
    ) -> Emulated:
        """Every window on its own, from a fresh start.

        Args:
            windows: shape (windows, samples, channels).
            done: told (windows done, all windows).
            each: count the cycles of every window on its own, not only of all together.
        """
        machine, n = self.machine, len(windows)
        n_features = len(self.spec.normalizer.mean)
        results = np.zeros(n, self.result)
        features = np.zeros((n, n_features), np.int16)
        natural = np.zeros((n, n_features), self.watch.dtype)
        cycles = np.zeros(n, np.int64)
        machine.start()
        identity = machine.exchange(self._command(IDENTITY))
        machine.clear()
        before = 0
        for i, window in enumerate(windows):
            self.watch.clear()
            reply = machine.exchange(self._requests(window))
            if len(reply) != self.result.itemsize + 2 * n_features:
                raise PromiseError(
                    f"the emulated program answered {len(reply)} bytes to window {i}",
                    where=self.spec.name,
                )
            results[i] = np.frombuffer(reply, self.result, 1)[0]
            features[i] = np.frombuffer(reply, "<i2", offset=self.result.itemsize)
            natural[i] = self.watch.values()
            if each:
                after = self._spent()
                cycles[i], before = after - before, after
            if done is not None:
                done(i + 1, n)
        measurement = machine.measurement()
        machine.exchange(self._command(QUIT))
        return Emulated(Outcome.of(features, results), natural, cycles, measurement, identity)

    def stream(
        self, first: npt.NDArray[np.generic], rest: npt.NDArray[np.generic]
    ) -> tuple[Measurement, Measurement]:
        """Play a stream of frames; what had run after `first`, and after `rest` as well."""
        machine = self.machine
        machine.start()
        machine.clear()
        machine.exchange(self._requests(first))
        before = machine.measurement()
        machine.exchange(self._requests(rest)[self.request.itemsize :])
        after = machine.measurement()
        machine.exchange(self._command(QUIT))
        return before, after

    def pieces(
        self, first: npt.NDArray[np.generic], rest: npt.NDArray[np.generic], size: int
    ) -> list[int]:
        """Play a stream of frames; cycles of each `size` frames of `rest`, the last ones fewer."""
        machine = self.machine
        machine.start()
        machine.clear()
        machine.exchange(self._requests(first))
        requests = self._requests(rest)[self.request.itemsize :]
        step = size * self.request.itemsize
        spent = [self._spent()]
        for at in range(0, len(requests), step):
            machine.exchange(requests[at : at + step])
            spent.append(self._spent())
        machine.exchange(self._command(QUIT))
        return np.diff(spent).tolist()

    def _command(self, command: int) -> bytes:
        request = np.zeros(1, self.request)
        request["command"] = command
        return request.tobytes()

    def _requests(self, window: npt.NDArray[np.generic]) -> bytes:
        """Restart, then every frame of a window."""
        requests = np.zeros(len(window) + 1, self.request)
        requests["command"] = PUSH
        requests["command"][0] = RESTART
        requests["frame"][1:] = window
        return requests.tobytes()

    def _spent(self) -> int:
        """Cycles so far inside the program's own functions."""
        parts = self.machine.parts()
        return sum(count.cycles for name, count in parts.items() if name)
