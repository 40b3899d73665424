"""Compile a bare model, run the binary on an emulated core, compare it with LiteRT, bill it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import __version__, targets
from motekit.compiler.generated import Generated
from motekit.compiler.interface import ports
from motekit.compiler.network_file import compile_network
from motekit.compiler.prefix import rename
from motekit.compiler.select import Optimize
from motekit.compiler.sources import text
from motekit.core.errors import PromiseError
from motekit.core.figures import Tag
from motekit.core.graph import Graph
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.targets import toolchain
from motekit.targets.emulation import Machine

from . import memory

Case = Sequence[npt.NDArray[np.generic]]


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
    code_bytes: int
    weight_bytes: int
    flash_bytes: int

    @property
    def macs_per_cycle(self) -> float:
        return self.macs / self.cycles if self.cycles else 0.0


@dataclass(frozen=True)
class BuiltNetwork:
    """A compiled, run and compared network."""

    generated: Generated
    c_dir: Path
    elf: Path
    tflite: Path
    bill: NetworkBill
    inputs_checked: int
    mismatches: int

    def as_dict(self) -> dict[str, object]:
        """The object that `motekit compile --json` prints."""
        bill = self.bill
        return {
            "name": self.generated.name,
            "core": bill.core,
            "macs": bill.macs,
            "cycles": round(bill.cycles),
            "cycles_max": bill.cycles_max,
            "cycles_tag": bill.cycles_tag,
            "macs_per_cycle": bill.macs_per_cycle,
            "arena_bytes": bill.arena_bytes,
            "touched_bytes": bill.touched_bytes,
            "ram_bytes": bill.ram_bytes,
            "stack_bytes": bill.stack_bytes,
            "code_bytes": bill.code_bytes,
            "weight_bytes": bill.weight_bytes,
            "flash_bytes": bill.flash_bytes,
            "mismatches": self.mismatches,
            "inputs_checked": self.inputs_checked,
            "layers": [dict(row) for row in self.generated.layers],
            "paths": {
                "elf": str(self.elf),
                "c_dir": str(self.c_dir),
                "tflite": str(self.tflite),
            },
        }

    def require(self) -> None:
        """Raise PromiseError unless every output byte was equal."""
        if self.mismatches:
            raise PromiseError(
                f"{self.mismatches} outputs differ from LiteRT's reference interpreter",
                where=self.generated.name,
                value=f"{self.inputs_checked} inputs on {self.bill.core}",
            )


def random_cases(graph: Graph, count: int, seed: int = 0) -> list[Case]:
    """Extremes (all lowest, all highest, alternating), then uniformly random stored integers."""
    rng = np.random.default_rng(seed)
    types = [graph.type(name) for name in graph.inputs]
    out: list[Case] = []
    for i in range(count):
        case = []
        for t in types:
            info = np.iinfo(t.dtype)
            if i == 0:
                values: Any = np.full(t.shape, info.min)
            elif i == 1:
                values = np.full(t.shape, info.max)
            elif i == 2:
                values = np.where(np.arange(t.size).reshape(t.shape) % 2, info.max, info.min)
            else:
                values = rng.integers(info.min, info.max + 1, t.shape)
            case.append(values.astype(t.dtype))
        out.append(case)
    return out


def build_network(
    graph: Graph,
    name: str,
    core: str,
    folder: Path,
    cases: Sequence[Case],
    oracle: Oracle,
    optimize: Optimize = "speed",
    compiler: str = "zig",
    opt: str = "-Os",
    command: str = "",
) -> BuiltNetwork:
    """Compile a graph, run `cases` on the emulated core and compare every output byte.

    Writes `folder`/c, `folder`/<name>.elf and `folder`/<name>.tflite.
    """
    generated = compile_network(
        graph, name, targets.core(core).spec, optimize, version=__version__, command=command
    )
    c_dir = folder / "c"
    shutil.rmtree(c_dir, ignore_errors=True)
    files = list(generated.write(c_dir))
    elf = _link(graph, generated, files, core, folder, compiler, opt)
    tflite = folder / f"{name}.tflite"
    model = to_tflite(graph)
    tflite.write_bytes(model)
    parts = {"network": f"{name}_invoke"}
    machine = Machine(core, elf, parts)
    outputs, cycles = _run(graph, machine, cases)
    # For the faults of unaligned accesses alone; what this run computes is not used.
    _run(graph, Machine(core, elf, parts, check_alignment=True), cases[:1])
    expected = oracle.run(model, cases, reset=False)
    wrong = sum(
        int((got != want.reshape(-1)).sum())
        for row, wants in zip(outputs, expected, strict=True)
        for got, want in zip(row, wants, strict=True)
    )
    bill = _bill(graph, generated, machine, cycles, core)
    watched = memory.watch(
        Machine(core, elf, parts), f"{name}_memory", _once(graph, cases[0]), bill.stack_bytes
    )
    bill = replace(bill, touched_bytes=watched.arena_bytes)
    return BuiltNetwork(generated, c_dir, elf, tflite, bill, len(cases), wrong)


def _link(
    graph: Graph, generated: Generated, files: list[Path], core: str, folder: Path,
    compiler: str, opt: str,
) -> Path:  # fmt: skip
    """The program with the network runner; the runner's files lie beside the C, not in it."""
    runner = folder / "runner"
    runner.mkdir(parents=True, exist_ok=True)
    name = generated.name
    source = runner / rename("mk_network_runner.c", name)
    source.write_text(rename(text("mk_network_runner.c"), name), encoding="utf-8")
    (runner / rename("mk_network_call.h", name)).write_text(
        rename(_call_header(graph, name), name), encoding="utf-8"
    )
    settings = toolchain.Settings(compiler=compiler, opt=opt, include=(folder / "c", runner))
    return toolchain.program(targets.core(core), [*files, source], folder / f"{name}.elf", settings)


def _call_header(graph: Graph, name: str) -> str:
    """How the runner feeds and calls the network; tensors travel padded to whole words."""
    found = ports(graph)
    words = {p.tensor: -(-p.nbytes // 4) * 4 for p in found}
    take = [f"(mk_read({p.where}(), {words[p.tensor]}U) == {words[p.tensor]}U)"
            for p in found if p.side == "in"]  # fmt: skip
    give = [f"mk_write({p.where}(), {words[p.tensor]}U)" for p in found if p.side == "out"]
    return (
        f'#include "{name}.h"\n\n'
        f"#define MK_TAKE() ({' && '.join(take)})\n"
        f"#define MK_RUN() (void)mk_invoke({', '.join(f'{p.where}()' for p in found)})\n"
        f"#define MK_GIVE() do {{ {'; '.join(give)}; }} while (0)\n"
    )


def _run(
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


def _once(graph: Graph, case: Case) -> Callable[[Machine], None]:
    def run(machine: Machine) -> None:
        machine.exchange(b"".join(_padded(a) for a in case))

    return run


def _padded(array: npt.NDArray[np.generic]) -> bytes:
    data = np.ascontiguousarray(array).tobytes()
    return data + b"\0" * (-len(data) % 4)


def _bill(
    graph: Graph, generated: Generated, machine: Machine, cycles: Sequence[int], core: str
) -> NetworkBill:
    sizes, elf = generated.sizes, machine.elf
    measured = machine.measurement()
    harness = sum(
        s.size
        for s in elf.symbols
        if s.place in ("text", "rodata") and (s.name.startswith("mk_") or s.name == "main")
    )
    return NetworkBill(
        core=machine.core.name,
        macs=sizes["macs"],
        cycles=float(np.mean(cycles)) if cycles else 0.0,
        cycles_max=max(cycles, default=0),
        cycles_tag=measured.model.tag,
        arena_bytes=sizes["arena_bytes"],
        touched_bytes=0,
        ram_bytes=elf.sizes.ram + measured.stack_bytes,
        stack_bytes=measured.stack_bytes,
        code_bytes=elf.sizes.flash - harness - sizes["weight_bytes"],
        weight_bytes=sizes["weight_bytes"],
        flash_bytes=elf.sizes.flash - harness,
    )
