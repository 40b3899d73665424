"""What every layer takes, in the program that is shipped: nothing is put into it to find out.

A layer is one call of a kernel with the layer's own parameters, so the first argument of the call
tells which one it is, and the function of the network is where it returns to. All kernels are parts
of the measurement; what has run in them between two returns belongs to the layer that returned. The
rest, calls and loops of the network's own function, is *glue*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unicorn import UC_HOOK_CODE

from motekit.core.figures import Tag
from motekit.targets.emulation import Machine

from .network_program import Case, Program, run_cases

GLUE = "network"


@dataclass(frozen=True)
class LayerCycles:
    """Cycles of one run, the mean over some inputs.

    Args:
        by_layer: layer → cycles. A layer whose kernel is no function of its own in the program
            is missing, and counted as glue.
        calls: layer → calls of its kernel in a run.
        glue: what ran outside of all kernels.
    """

    by_layer: Mapping[str, float]
    calls: Mapping[str, float]
    glue: float
    tag: Tag

    @property
    def total(self) -> float:
        return sum(self.by_layer.values()) + self.glue


def layer_cycles(program: Program, cases: Sequence[Case], unbilled: int = 0) -> LayerCycles:
    """Run the program and count each layer.

    Args:
        unbilled: cases at the start that are run and not counted.
    """
    seen = _Watch(program, ())
    run_cases(program.graph, seen.machine, cases[:1])
    watch = _Watch(program, sorted(seen.returns))
    machine = watch.machine
    counted = cases[unbilled:]
    run_cases(program.graph, machine, cases[:unbilled])
    before = machine.parts()[GLUE].cycles if unbilled else 0
    watch.clear()
    if unbilled:
        for case in counted:
            run_more(machine, case)
    else:
        run_cases(program.graph, machine, counted)
    runs = max(len(counted), 1)
    return LayerCycles(
        {name: cycles / runs for name, cycles in watch.cycles.items()},
        {name: calls / runs for name, calls in watch.calls.items()},
        (machine.parts()[GLUE].cycles - before) / runs,
        machine.measurement().model.tag,
    )


def run_more(machine: Machine, case: Case) -> None:
    """One more run of a program that waits for its input."""
    machine.exchange(b"".join(bytes(a) + b"\0" * (-a.nbytes % 4) for a in case))


@dataclass
class _Watch:
    """A machine whose kernels are watched.

    Args:
        at: return addresses of calls, from a run before.
    """

    program: Program
    at: Sequence[int]
    returns: set[int] = field(default_factory=set)
    cycles: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        generated = self.program.generated
        elf = self.program.machine().elf
        defined = {symbol.name for symbol in elf.symbols if symbol.kind == "function"}
        found = {str(row["function"]) for row in generated.layers} & defined
        self.machine = Machine(
            self.program.core, self.program.elf, {**generated.parts, **{f: f for f in found}}
        )
        self.kernels = sorted(found)
        addresses = {s.name: s.address for s in elf.symbols}
        self.layer = {
            addresses[params]: str(row["name"])
            for row in generated.layers
            if (params := f"{row['name']}_params") in addresses
        }
        self.open: list[tuple[int, str]] = []
        self.last = 0
        for name in self.kernels:
            self._hook(self.machine.symbol(name) & ~1, self._entered)
        for address in self.at:
            self._hook(address, self._returned)

    def _hook(self, address: int, told: Any) -> None:
        self.machine.uc.hook_add(UC_HOOK_CODE, told, begin=address, end=address)

    def clear(self) -> None:
        self.cycles.clear()
        self.calls.clear()
        self.last = self._spent()

    def _spent(self) -> int:
        parts = self.machine.parts()
        return sum(parts[name].cycles for name in self.kernels)

    def _entered(self, uc: Any, _address: int, _size: int, _data: Any) -> None:
        cpu = self.machine.cpu
        layer = self.layer.get(uc.reg_read(cpu.arguments[0]))
        if layer is not None:
            back = uc.reg_read(cpu.link) & ~1
            self.returns.add(back)
            self.open.append((back, layer))

    def _returned(self, _uc: Any, address: int, _size: int, _data: Any) -> None:
        if self.open and self.open[-1][0] == address:
            _, layer = self.open.pop()
            now = self._spent()
            self.cycles[layer] = self.cycles.get(layer, 0) + now - self.last
            self.calls[layer] = self.calls.get(layer, 0) + 1
            self.last = now
