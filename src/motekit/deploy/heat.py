"""How often a run of a network accesses each thing it keeps in memory: seen on the emulated core.

For a placement the network is first built with nothing sharing bytes, so that an address tells
what is accessed. The program that is shipped is then counted by regions, which is the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from unicorn import UC_HOOK_MEM_READ, UC_HOOK_MEM_WRITE

from motekit import targets
from motekit.compiler.generated import Area, Place
from motekit.targets.emulation import Machine
from motekit.targets.plugin import Core

from .network_program import Case, Program, run_cases, run_once

# RAM of the core that the spread-out build runs on: more than any network here makes in a run.
ROOM = 64 << 20


def roomy(core: str) -> Core:
    """The core with more RAM, for a network whose tensors share nothing."""
    found = targets.core(core)
    origin, size = found.spec.ram
    return replace(found, spec=replace(found.spec, ram=(origin, max(size, ROOM))))


class Counter:
    """Loads and stores of flash and static data by address; up to a word each counts once.

    The stack is left out: unicorn 2.1.4 sometimes carries out a load of several registers from it
    twice where it is watched.
    """

    def __init__(self, machine: Machine) -> None:
        spec = machine.core.spec
        ends = ((spec.ram[0], machine.elf.labels["mk_ram_end"]), (spec.flash[0], sum(spec.flash)))
        self._areas = [_Area(start, np.zeros(-(-(end - start) // 4), np.int64))
                       for start, end in ends]  # fmt: skip
        for area in self._areas:
            if area.counts.size:
                machine.uc.hook_add(
                    UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, _accessed, area, area.start, area.end - 1
                )

    def clear(self) -> None:
        for area in self._areas:
            area.counts[:] = 0

    def of(self, address: int, nbytes: int) -> int:
        """Accesses of so many bytes from a multiple of 4 on, the last word in whole."""
        for area in self._areas:
            if area.start <= address < area.end:
                first = (address - area.start) >> 2
                return int(area.counts[first : first + -(-nbytes // 4)].sum())
        return 0


@dataclass(frozen=True)
class _Area:
    start: int
    counts: npt.NDArray[np.int64]

    @property
    def end(self) -> int:
        return self.start + 4 * len(self.counts)


def _accessed(_uc: Any, _kind: int, address: int, size: int, _value: int, area: _Area) -> None:
    area.counts[(address - area.start) >> 2] += (size + 3) >> 2


def heat(program: Program, core: Core, case: Case, unbilled: int = 0) -> dict[str, float]:
    """Thing → accesses of one run, of a program in which nothing shares bytes."""
    machine = Machine(core, program.elf, program.generated.parts)
    counter = counted(program, machine, case, unbilled)
    addresses = {s.name: s.address for s in machine.elf.symbols}
    return {
        place.name: float(counter.of(addresses[place.symbol] + place.offset, place.nbytes))
        for place in program.generated.places
        if place.symbol in addresses
    }


def counted(program: Program, machine: Machine, case: Case, unbilled: int = 0) -> Counter:
    """The accesses of the run after `unbilled` others of the same input."""
    counter = Counter(machine)
    run_cases(program.graph, machine, [case] * unbilled)
    counter.clear()
    if unbilled:
        run_once(case)(machine)
    else:
        run_cases(program.graph, machine, [case])
    return counter


@dataclass(frozen=True)
class RegionUse:
    """A region as the run used it.

    Args:
        arena_bytes: of its array of tensors, as the program defines it.
        touched_bytes: from that array's start to the last byte of it that the run wrote.
        taken_bytes: with state and weights.
        accesses: loads and stores of a run; a word at a time.
    """

    area: Area
    arena_bytes: int
    touched_bytes: int
    taken_bytes: int
    accesses: int

    @property
    def cycles(self) -> float:
        """What these accesses take beyond one cycle each."""
        return self.accesses * (self.area.region.cycles - 1.0)

    def as_dict(self) -> dict[str, object]:
        region = self.area.region
        return {
            "name": region.name, "kind": region.kind, "bytes": region.nbytes,
            "cycles_per_access": region.cycles, "taken_bytes": self.taken_bytes,
            "arena_bytes": self.arena_bytes, "touched_bytes": self.touched_bytes,
            "accesses": self.accesses, "wait_cycles": round(self.cycles),
        }  # fmt: skip


def uses(
    program: Program, case: Case, touched: Mapping[str, int], unbilled: int = 0
) -> tuple[RegionUse, ...]:
    """What one run of the shipped program does to each region.

    Args:
        touched: array → bytes, from `memory.watch`.
    """
    areas = program.generated.areas
    if not areas:
        return ()
    machine = program.machine()
    counter = counted(program, machine, case, unbilled)
    return tuple(_use(area, machine, counter, program.generated.places, touched) for area in areas)


def _use(
    area: Area, machine: Machine, counter: Counter, places: Sequence[Place],
    touched: Mapping[str, int],
) -> RegionUse:  # fmt: skip
    sizes = {s.name: (s.address, s.size) for s in machine.elf.symbols}
    names = dict.fromkeys(p.symbol for p in places if p.region == area.region.name)
    found = [sizes[name] for name in names if name in sizes]
    return RegionUse(
        area,
        sizes[area.symbol][1] if area.symbol else 0,
        touched.get(area.symbol, 0),
        sum(-(-size // 4) * 4 for _, size in found),
        sum(counter.of(address, size) for address, size in found),
    )
