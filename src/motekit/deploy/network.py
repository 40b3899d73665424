"""Compile a bare model, run the binary on an emulated core, compare it with LiteRT, bill it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from motekit import __version__, targets
from motekit.compiler.generated import Generated
from motekit.compiler.interface import Window
from motekit.compiler.network_file import compile_network, digest
from motekit.compiler.placing import ONE, Memories
from motekit.compiler.select import Optimize
from motekit.core.errors import PromiseError
from motekit.core.graph import Graph
from motekit.core.memory import Region, checked
from motekit.core.op import Array
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.stream import Stepped, stepped
from motekit.targets.plugin import Core
from motekit.targets.timing.bound import macs_per_cycle

from . import record
from .budget import UNLIMITED, Budget, fit
from .cases import random_cases, random_frames
from .heat import RegionUse, heat, roomy, uses
from .layers import LayerCycles, layer_cycles
from .network_program import Case, NetworkBill, Program, assemble, differences

__all__ = [
    "BuiltNetwork", "Case", "NetworkBill", "build_network", "build_stream", "random_cases",
    "random_frames",
]  # fmt: skip


@dataclass(frozen=True)
class BuiltNetwork:
    """A compiled, run and compared network.

    Args:
        inputs_checked: inputs that were run, of a streaming program steps.
        mismatches: output elements that differed.
        how: version, command, mode, compiler and level.
        layers: cycles of every layer, over the last of these inputs.
        stream: how a streaming program moves, None for one that takes the whole input.
        regions: what a run did to each region of memory; none for one memory.
    """

    generated: Generated
    c_dir: Path
    elf: Path
    tflite: Path
    bill: NetworkBill
    inputs_checked: int
    mismatches: int
    layers: LayerCycles
    how: Mapping[str, str]
    stream: Stepped | None = None
    regions: tuple[RegionUse, ...] = ()

    def rows(self) -> list[dict[str, object]]:
        """One row a layer: what the compiler says of it, and the cycles it took."""
        found = []
        for row in self.generated.layers:
            name, macs = str(row["name"]), int(str(row["macs"]))
            cycles = self.layers.by_layer.get(name)
            found.append(
                {
                    **row,
                    "cycles": None if cycles is None else round(cycles),
                    "cycles_per_mac": cycles / macs if macs and cycles is not None else None,
                    "of_bound": self._of_bound(macs, cycles),
                    "share": (cycles or 0.0) / self.layers.total if self.layers.total else 0.0,
                    "calls": self.layers.calls.get(name, 0.0),
                }
            )
        return found

    @property
    def bound(self) -> float | None:
        """Multiply-accumulates a cycle that the core cannot exceed."""
        return macs_per_cycle(targets.core(self.bill.core))

    def _of_bound(self, macs: int, cycles: float | None) -> float | None:
        """Share of the cycles that the arithmetic alone would take at the core's bound."""
        return macs / self.bound / cycles if macs and cycles and self.bound else None

    def record(self) -> dict[str, object]:
        """build.json: figures, layers, and what the passes did, with proofs."""
        found = self.as_dict()
        return {**found, "passes": [dict(p) for p in self.generated.passes], "paths": {
            "elf": self.elf.name, "c_dir": self.c_dir.name, "tflite": self.tflite.name,
        }}  # fmt: skip

    def as_dict(self) -> dict[str, object]:
        """The object that `motekit compile --json` prints."""
        bill = self.bill
        return {
            "kind": "network",
            **self.how,
            "name": self.generated.name,
            "core": bill.core,
            "macs": bill.macs,
            "cycles": round(bill.cycles),
            "cycles_max": bill.cycles_max,
            "cycles_tag": bill.cycles_tag,
            "macs_per_cycle": bill.macs_per_cycle,
            "macs_per_cycle_bound": self.bound,
            "arena_bytes": bill.arena_bytes,
            "touched_bytes": bill.touched_bytes,
            "ram_bytes": bill.ram_bytes,
            "stack_bytes": bill.stack_bytes,
            "stack_bound_bytes": bill.stack_bound_bytes,
            "code_bytes": bill.code_bytes,
            "weight_bytes": bill.weight_bytes,
            "flash_bytes": bill.flash_bytes,
            "mismatches": self.mismatches,
            "inputs_checked": self.inputs_checked,
            "state_bytes": self.generated.sizes["state_bytes"],
            **({} if self.stream is None else {"stream": self.stream.as_dict()}),
            **self._regions(),
            "layers": self.rows(),
            "glue_cycles": round(self.layers.glue),
            "paths": self.paths(),
        }

    @property
    def wait_cycles(self) -> float:
        """What the accesses of a run to regions take beyond one cycle each."""
        return sum(use.cycles for use in self.regions)

    def _regions(self) -> dict[str, object]:
        if not self.regions:
            return {}
        return {
            "regions": [use.as_dict() for use in self.regions],
            "wait_cycles": round(self.wait_cycles),
            "cycles_with_waits": round(self.bill.cycles + self.wait_cycles),
            "placement": [asdict(p) for p in self.generated.places if p.region],
            "placement_cost": self.generated.placement,
        }

    def paths(self) -> dict[str, str]:
        """Where everything lies."""
        return {"elf": str(self.elf), "c_dir": str(self.c_dir), "tflite": str(self.tflite)}

    def require(self) -> None:
        """Raise PromiseError unless every output byte was equal."""
        if self.mismatches:
            raise PromiseError(
                f"{self.mismatches} outputs differ from LiteRT's reference interpreter",
                where=self.generated.name,
                value=f"{self.inputs_checked} inputs on {self.bill.core}",
                way_out="a fault of motekit or of the compiler: do not ship this program; report "
                "it with the model file",
            )


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
    profiled: int = 1,
    budget: Budget = UNLIMITED,
    regions: Sequence[Region] = (),
) -> BuiltNetwork:
    """Compile a graph, run `cases` on the emulated core and compare every output byte.

    Writes `folder`/c, `folder`/<name>.elf, `folder`/<name>.tflite and `folder`/build.json.

    Args:
        profiled: of the last inputs, how many are run once more to measure each layer.
        budget: what the program may take in all.
        regions: memories of different speed to place it in.

    Raises:
        PromiseError: it takes more, or does not fit the regions.
    """

    def make(budgets: Budgets, folder: Path, memories: Memories, plugin: Core | None) -> Program:
        generated = compile_network(
            graph, name, targets.core(core).spec, optimize, arena_budget=budgets[0],
            flash_budget=budgets[1], version=__version__, command=command, memories=memories,
        )  # fmt: skip
        return assemble(graph, generated, core, folder, compiler, opt, plugin)

    made = _made(budget, graph, name, make, _Placing(core, folder, checked(regions), cases[-1]))
    model = to_tflite(graph)
    made.tflite.write_bytes(model)
    outputs, bill, touched = made.run(cases)
    wrong = differences(outputs, oracle.run(model, cases, reset=False))
    layers = layer_cycles(made, cases[-profiled:])
    used = uses(made, cases[-1], touched)
    how = (optimize, compiler, opt, command)
    return _recorded(made, bill, len(cases), wrong, layers, how, used)


def build_stream(
    graph: Graph,
    name: str,
    core: str,
    folder: Path,
    frames: Array,
    oracle: Oracle,
    optimize: Optimize = "speed",
    axis: int | None = None,
    hop: int = 1,
    compiler: str = "zig",
    opt: str = "-Os",
    command: str = "",
    profiled: int = 1,
    budget: Budget = UNLIMITED,
    regions: Sequence[Region] = (),
) -> BuiltNetwork:
    """Compile a model over a sliding window to a step function and run it over `frames`.

    The outputs of every step, the first ones included, are compared with LiteRT's on the whole
    window at that moment. The bill is that of a step; the first one, which resets, does not
    count. Writes what `build_network` writes; the .tflite is the whole model.

    Args:
        frames: a stream of the model's input, as long as one likes along `axis`.
        axis, hop: see `motekit.graph.stream.stepped`.
        profiled: of the last steps, how many are run once more to measure each layer.
        budget: what the program may take in all.
        regions: memories of different speed to place it in.

    Raises:
        PromiseError: it takes more, or does not fit the regions.
        InputError: the model cannot be streamed; with the layer and the reason.
    """
    step = stepped(graph, axis, hop)

    def make(budgets: Budgets, folder: Path, memories: Memories, plugin: Core | None) -> Program:
        generated = compile_network(
            step.graph, name, targets.core(core).spec, optimize,
            window=Window(step.frames, step.hop, digest(graph)), arena_budget=budgets[0],
            flash_budget=budgets[1], version=__version__, command=command, memories=memories,
        )  # fmt: skip
        generated = replace(generated, passes=tuple(asdict(report) for report in step.reports))
        return assemble(step.graph, generated, core, folder, compiler, opt, plugin)

    cases = step.steps(frames)
    placing = _Placing(core, folder, checked(regions), cases[-1], unbilled=1)
    made = _made(budget, step.graph, name, make, placing)
    model = to_tflite(graph)
    made.tflite.write_bytes(model)
    outputs, bill, touched = made.run(cases, unbilled=1)
    expected = [step.newest(outs) for outs in oracle.run(model, step.windows(frames))]
    wrong = differences(outputs, expected)
    layers = layer_cycles(made, cases[-profiled - 1 :], unbilled=1)
    how = (optimize, compiler, opt, command)
    used = uses(made, cases[-1], touched, unbilled=1)
    return _recorded(made, bill, len(cases), wrong, layers, how, used, step)


Budgets = tuple[int | None, int | None]  # bytes of the arena, of kernels and tables
Make = Callable[[Budgets, Path, Memories, Core | None], Program]


@dataclass(frozen=True)
class _Placing:
    """What placing a program in regions takes: a run in which accesses are told apart."""

    core: str
    folder: Path
    regions: tuple[Region, ...]
    case: Case
    unbilled: int = 0

    def memories(self, make: Make, budgets: Budgets) -> Memories:
        if not self.regions:
            return ONE
        plugin = roomy(self.core)
        with tempfile.TemporaryDirectory(prefix="motekit-apart-") as apart:
            spread = make(budgets, Path(apart), Memories(apart=True), plugin)
            return Memories(self.regions, heat(spread, plugin, self.case, self.unbilled))


def _made(budget: Budget, graph: Graph, name: str, make: Make, placing: _Placing) -> Program:
    """A program within the budget, placed."""

    def place(arena: int | None, flash: int | None) -> Program:
        memories = placing.memories(make, (arena, flash))
        return make((arena, flash), placing.folder, memories, None)

    if budget == UNLIMITED:
        return place(None, None)
    weights = sum(t.type.nbytes for t in graph.tensors.values() if t.is_constant)
    return fit(budget, weights, place, name)


def _recorded(
    made: Program, bill: NetworkBill, checked: int, wrong: int, layers: LayerCycles,
    how: tuple[str, str, str, str], used: tuple[RegionUse, ...], step: Stepped | None = None,
) -> BuiltNetwork:  # fmt: skip
    """The build, its record written beside it."""
    words = dict(zip(("optimize", "compiler", "opt", "command"), how, strict=True))
    built = BuiltNetwork(
        made.generated, made.c_dir, made.elf, made.tflite, bill, checked, wrong, layers,
        {"motekit": __version__, **words}, step, used,
    )  # fmt: skip
    record.write(made.c_dir.parent, built.record())
    return built
