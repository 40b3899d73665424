"""A network's program: linked with the network runner, run case by case, billed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler.generated import Generated
from motekit.compiler.interface import ports
from motekit.compiler.prefix import rename
from motekit.compiler.sources import text
from motekit.core.errors import InputError, PromiseError
from motekit.core.figures import Tag
from motekit.core.graph import Graph
from motekit.targets import toolchain
from motekit.targets.emulation import Machine
from motekit.targets.plugin import Core

from . import memory, record
from .earlier import clear_c
from .stack_bound import stack_bound

Case = Sequence[npt.NDArray[np.generic]]
RUNNER, CALL = "mk_network_runner.c", "mk_network_call.h"


@dataclass(frozen=True)
class NetworkBill:
    """What a bare network costs on a core.

    Args:
        cycles: of one run, the mean over the inputs; `cycles_max` the most any took.
        arena_bytes: inputs, outputs, activations and scratch, as the header promises.
        touched_bytes: from the arena's start to the last byte of it that the run wrote, seen on
            the emulated core.
        ram_bytes: all RAM of the program that was run: every static object of the linked file
            (arena, state, and the two words of the console's handles) and the deepest stack
            since reset, with the frames of start-up code and main. Nothing is taken off.
        stack_bytes: that stack.
        stack_bound_bytes: the most that it can be, told from the program's instructions; None
            where that cannot be told (recursion).
        code_bytes: flash less weights and biases, tables included, without the runner.
        weight_bytes: weights and biases as they are stored.
    """

    core: str
    macs: int
    cycles: float
    cycles_max: int
    cycles_tag: Tag
    arena_bytes: int
    touched_bytes: int
    ram_bytes: int
    stack_bytes: int
    stack_bound_bytes: int | None
    code_bytes: int
    weight_bytes: int
    flash_bytes: int

    @property
    def macs_per_cycle(self) -> float:
        return self.macs / self.cycles if self.cycles else 0.0


@dataclass(frozen=True)
class Program:
    """A linked program and how to run it.

    Args:
        graph: what it computes in one run; its inputs and outputs are those of a case.
        tflite: where the model it stands for goes.
    """

    graph: Graph
    generated: Generated
    core: str
    c_dir: Path
    elf: Path
    tflite: Path

    def machine(self, parts: Mapping[str, str] | None = None, *, watch: bool = False) -> Machine:
        """The program on its core; with `watch` it stops at accesses the core would fault on."""
        return Machine(self.core, self.elf, parts or self.generated.parts, check_alignment=watch)

    def memory(self) -> tuple[int, int]:
        """(bytes of RAM with the most stack there can be, bytes of flash without the runner).
        Where the stack has no bound, one run shows it."""
        machine = self.machine()
        stack = _bound(machine, 0)
        if stack is None:
            case = [np.zeros(self.graph.type(n).shape, self.graph.type(n).dtype)
                    for n in self.graph.inputs]  # fmt: skip
            run_cases(self.graph, machine, [case])
            stack = machine.measurement().stack_bytes
        return machine.elf.sizes.ram + stack, machine.elf.sizes.flash - _harness(machine)

    def run(
        self, cases: Sequence[Case], unbilled: int = 0
    ) -> tuple[list[list[npt.NDArray[np.generic]]], NetworkBill, Mapping[str, int]]:
        """Outputs (flat, one array per graph output) of every case, the bill, and how far into
        each array of tensors one run wrote.

        Args:
            unbilled: cases at the start whose cycles do not count.
        """
        machine = self.machine()
        outputs, cycles = run_cases(self.graph, machine, cases)
        # For the faults of unaligned accesses alone; what this run computes is not used.
        run_cases(self.graph, self.machine(watch=True), cases[:1])
        stack = machine.measurement().stack_bytes
        once = run_once(cases[0])
        touched = memory.watch(self.machine(), self.generated.arrays, once, stack)
        bill = _bill(self.generated, machine, cycles[unbilled:], touched.arena_bytes)
        return outputs, bill, touched.arrays


def assemble(
    graph: Graph, generated: Generated, core: str, folder: Path, compiler: str, opt: str,
    plugin: Core | None = None,
) -> Program:  # fmt: skip
    """Write the C below `folder` and link it with the network runner.

    Args:
        plugin: in place of the core's own, with other memories.
    """
    c_dir = folder / "c"
    clear_c(c_dir)
    forget(folder)
    files = list(generated.write(c_dir))
    made_for = plugin or targets.core(core)
    elf = _link(graph, generated, files, made_for, folder, compiler, opt)
    return Program(graph, generated, core, c_dir, elf, folder / f"{generated.name}.tflite")


def forget(folder: Path) -> None:
    """Remove what an earlier build wrote beside its C: under another name it would stay."""
    try:
        old = record.read(folder)
    except InputError:
        old = {}
    name, paths = old.get("name"), old.get("paths")
    if old.get("kind") == "network" and isinstance(name, str) and isinstance(paths, dict):
        runner = (f"runner/{rename(file, name)}" for file in (RUNNER, CALL))
        for path in (paths.get("elf"), paths.get("tflite"), *runner):
            if isinstance(path, str) and (folder / path).resolve().is_relative_to(folder.resolve()):
                (folder / path).unlink(missing_ok=True)
    (folder / record.FILE).unlink(missing_ok=True)


def differences(
    got: Sequence[Sequence[npt.NDArray[np.generic]]],
    wanted: Sequence[Sequence[npt.NDArray[np.generic]]],
) -> int:
    """Output elements that differ."""
    return sum(
        int((a.reshape(-1) != b.reshape(-1)).sum())
        for row, wants in zip(got, wanted, strict=True)
        for a, b in zip(row, wants, strict=True)
    )


def _link(
    graph: Graph, generated: Generated, files: list[Path], core: Core, folder: Path,
    compiler: str, opt: str,
) -> Path:  # fmt: skip
    """The program with the network runner; the runner's files lie beside the C, not in it."""
    runner = folder / "runner"
    runner.mkdir(parents=True, exist_ok=True)
    name = generated.name
    source = runner / rename(RUNNER, name)
    source.write_text(rename(text(RUNNER), name), encoding="utf-8")
    (runner / rename(CALL, name)).write_text(
        rename(_call_header(graph, name, generated.parts["network"]), name), encoding="utf-8"
    )
    settings = toolchain.Settings(compiler=compiler, opt=opt, include=(folder / "c", runner))
    return toolchain.program(core, [*files, source], folder / f"{name}.elf", settings)


def _call_header(graph: Graph, name: str, function: str) -> str:
    """How the runner feeds and calls the network; tensors travel padded to whole words."""
    found = ports(graph)
    words = {p.tensor: -(-p.nbytes // 4) * 4 for p in found}
    take = [f"(mk_read({p.where}(), {words[p.tensor]}U) == {words[p.tensor]}U)"
            for p in found if p.side == "in"]  # fmt: skip
    give = [f"mk_write({p.where}(), {words[p.tensor]}U)" for p in found if p.side == "out"]
    return (
        f'#include "{name}.h"\n\n'
        f"#define MK_TAKE() ({' && '.join(take)})\n"
        f"#define MK_RUN() (void){function}({', '.join(f'{p.where}()' for p in found)})\n"
        f"#define MK_GIVE() do {{ {'; '.join(give)}; }} while (0)\n"
    )


def run_cases(
    graph: Graph, machine: Machine, cases: Sequence[Case]
) -> tuple[list[list[npt.NDArray[np.generic]]], list[int]]:
    """Outputs (flat, one array per graph output) and cycles of every case."""
    outputs, cycles, before = [], [], 0
    machine.start()
    machine.clear()
    for case in cases:
        reply = machine.exchange(b"".join(_padded(a) for a in case))
        row, at = [], 0
        for tensor in graph.outputs:
            t = graph.type(tensor)
            row.append(np.frombuffer(reply, t.dtype, t.size, at))
            at += -(-t.nbytes // 4) * 4
        outputs.append(row)
        after = machine.parts()["network"].cycles
        cycles.append(after - before)
        before = after
    return outputs, cycles


def run_once(case: Case) -> Callable[[Machine], None]:
    def run(machine: Machine) -> None:
        machine.exchange(b"".join(_padded(a) for a in case))

    return run


def _padded(array: npt.NDArray[np.generic]) -> bytes:
    data = np.ascontiguousarray(array).tobytes()
    return data + b"\0" * (-len(data) % 4)


def _bound(machine: Machine, seen: int) -> int | None:
    """The static bound of the stack. Raises PromiseError if the run went below it."""
    try:
        bound = stack_bound(machine.elf, machine.graph.timing, machine.core.spec.isa)
    except PromiseError:  # a library's function calls itself
        return None
    if seen > bound:
        raise PromiseError(
            "the stack went below its bound", where=machine.elf.path.name, value=(seen, bound)
        )
    return bound


def _harness(machine: Machine) -> int:
    """Bytes of flash of the runner and the start-up code."""
    return sum(
        s.size
        for s in machine.elf.symbols
        if s.place in ("text", "rodata") and (s.name.startswith("mk_") or s.name == "main")
    )


def _bill(
    generated: Generated, machine: Machine, cycles: Sequence[int], touched: int
) -> NetworkBill:
    """The costs of a program that ran, `cycles` those of each run."""
    sizes, elf = generated.sizes, machine.elf
    measured = machine.measurement()
    harness = _harness(machine)
    return NetworkBill(
        core=machine.core.name,
        macs=sizes["macs"],
        cycles=float(np.mean(cycles)) if cycles else 0.0,
        cycles_max=max(cycles, default=0),
        cycles_tag=measured.model.tag,
        arena_bytes=sizes["arena_bytes"],
        touched_bytes=touched,
        ram_bytes=elf.sizes.ram + measured.stack_bytes,
        stack_bytes=measured.stack_bytes,
        stack_bound_bytes=_bound(machine, measured.stack_bytes),
        code_bytes=elf.sizes.flash - harness - sizes["weight_bytes"],
        weight_bytes=sizes["weight_bytes"],
        flash_bytes=elf.sizes.flash - harness,
    )
