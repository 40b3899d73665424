"""python tests/mutation/mutate_kernels.py [OP[/KERNEL] ...] [--count N] [--seed S] [--json]

Puts small faults into the C and assembly of kernels, one at a time, and counts those that the
comparison with the reference catches: on the emulated Cortex-M4F for what cores with the DSP
extension compile and for plain C, on this computer with sanitizers for the rest. N faults a
source
file (40 unless told). What does not compile is not counted. What the first graphs let pass is
tried again on more, and in a file that several kernels share with each of them. Survivors are
printed: some change nothing that can be seen (a mutant that only costs time), the others want a
test.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from mutants import Mutant, mutants

from motekit import targets
from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.graph.ops import OPS, kernels
from motekit.graph.run import run_sequence
from motekit.targets import toolchain
from motekit.targets.emulation import Fault, Machine
from motekit.testing.graph_program import HOST_MAIN, Case, CoreProgram, HostProgram, write
from motekit.testing.op import OpContract, batch, describe
from motekit.testing.op_cases import inputs

CORE = "cortex-m4f"
ENOUGH = 12  # graphs a kernel
MORE = 40  # graphs for what these do not catch
ROUNDS = 6  # draws of graphs, 16 at a time
LIMIT_S = 20


@dataclass
class Score:
    """What became of the mutants of one source file."""

    caught: int = 0
    survived: list[Mutant] = field(default_factory=list)
    stillborn: int = 0

    @property
    def share(self) -> float:
        total = self.caught + len(self.survived)
        return self.caught / total if total else 1.0


@dataclass(frozen=True)
class Bench:
    """A kernel with graphs that it can run and what they should give."""

    kind: str
    name: str
    graphs: list[Graph]
    requests: list[tuple[int, list[Array]]]
    expected: list[tuple[Array, ...]]

    @staticmethod
    def of(kind: str, name: str, count: int = 0) -> Bench:
        graphs = cases(kind, name, count or ENOUGH)
        requests, expected = [], []
        for i, graph in enumerate(graphs):
            runs = inputs(graph, i, 6 if graph.state else 2)
            requests += [(i, case) for case in runs]
            expected += run_sequence(graph, runs)
        return Bench(kind, name, graphs, requests, expected)

    def wider(self) -> Bench:
        """The same kernel with more graphs, for what these do not catch."""
        return Bench.of(self.kind, self.name, MORE)

    def catches(self, file: str, text: str, on: str) -> bool | None:
        """Whether a changed source gives other outputs or breaks; None if it does not compile."""
        forced = [Case(g, {g.ops[0].name: self.name}, keep=True) for g in self.graphs]
        with tempfile.TemporaryDirectory(prefix="motekit-mutant-") as folder:
            try:
                program = self._build(Path(folder), forced, file, text, on)
            except InputError:
                return None
            try:
                for request, wanted in zip(self.requests, self.expected, strict=True):
                    (got,) = program.run([request])
                    if not all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True)):
                        return True
            except (Fault, AssertionError, ValueError, subprocess.TimeoutExpired):
                return True
        return False

    def _build(
        self, folder: Path, forced: Sequence[Case], file: str, text: str, on: str
    ) -> CoreProgram | HostProgram:
        core = targets.core("host" if on == "host" else CORE)
        sources = write(forced, core.spec, folder)
        if text:
            (folder / file).write_text(text, encoding="utf-8")
        if on == "host":
            options = toolchain.Settings(
                compiler="gcc", opt="-O1", include=(folder,), sanitize=("address", "undefined")
            )
            made = toolchain.executable(core, [*sources, HOST_MAIN], folder / "cases", options)
            return _Timed(made, forced)
        main = Path(str(resources.files("motekit.testing"))) / "main.c"
        options = toolchain.Settings(include=(folder,))
        made = toolchain.program(core, [*sources, main], folder / "cases.elf", options, keep=True)
        return _Bounded(Machine(core, made, check_alignment=False), forced)


class _Timed(HostProgram):
    def run(self, requests: Any) -> list[list[Array]]:
        text = b"".join(
            np.uint32(i).tobytes() + b"".join(np.ascontiguousarray(a).tobytes() for a in case)
            for i, case in requests
        )
        subprocess.run([str(self.path)], input=text, capture_output=True, timeout=LIMIT_S)
        return super().run(requests)


class _Bounded(CoreProgram):
    def _one(self, case: int, given: Sequence[Array]) -> list[Array]:
        graph, m = self.cases[case].graph, self.machine
        args, outs = self._place(case, given)
        m.call(f"mk_case_{case}", *args, max_instructions=20_000_000)
        types = [graph.type(name) for name in graph.outputs]
        found = [
            m.array(at, t.size, np.dtype(t.dtype).type).reshape(t.shape).copy()
            for at, t in zip(outs, types, strict=True)
        ]
        m.free()
        return found


def cases(kind: str, name: str, count: int) -> list[Graph]:
    """Graphs for a kernel: CASES of its own tests and the op's, then what the contract draws."""
    kernel, spec = kernels(kind).get(name), targets.core(CORE).spec
    folder = Path(str(resources.files(f"motekit.graph.ops.{kind}")))
    found: list[Graph] = []
    contracts: list[type[OpContract]] = []
    for path in [*folder.rglob(f"kernels/{name}/test_*.py"), *folder.glob("kernels/_*/test_*.py")]:
        package = f"motekit.graph.ops.{kind}.kernels.{path.parent.name}.{path.stem}"
        found += getattr(importlib.import_module(package), "CASES", [])
    for path in folder.glob("test_*.py"):
        module = importlib.import_module(f"motekit.graph.ops.{kind}.{path.stem}")
        found += getattr(module, "CASES", [])
        contracts += [
            c for c in vars(module).values()
            if isinstance(c, type) and issubclass(c, OpContract) and c.kind == kind
        ]  # fmt: skip
    fitting = [g for g in found if kernel.applies(g.ops[0], g, spec) is None]
    for contract in contracts:
        fitting += _drawn(contract, kernel.name, spec, max(4, count - len(fitting)))
    return fitting


def _drawn(contract: type[OpContract], name: str, spec: Any, count: int) -> list[Graph]:
    """Of what the contract's test draws, those that the kernel can run, each form once."""
    found: dict[str, Graph] = {}
    kernel = kernels(contract.kind).get(name)

    @settings(
        max_examples=ROUNDS, derandomize=True, deadline=None, database=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(batch(contract.cases))
    def draw(graphs: list[Graph]) -> None:
        for graph in graphs:
            if len(found) < 8 * count and kernel.applies(graph.ops[0], graph, spec) is None:
                found.setdefault(describe(graph), graph)

    draw()
    graphs = sorted(found.values(), key=_form)
    step = max(1, len(graphs) // count)
    return graphs[::step][:count]


def _form(graph: Graph) -> str:
    """Like graphs stand together, so that every so manieth is unlike the others."""
    return str([graph.type(n).shape[::-1] for n in (*graph.outputs, *graph.inputs)])


def wanted(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(op, kernel) of what was asked for."""
    for kind in OPS.names():
        for kernel in kernels(kind):
            if not names or kind in names or f"{kind}/{kernel.name}" in names:
                yield kind, kernel.name


def sources(bench: Bench) -> dict[str, tuple[str, str]]:
    """File → (text, the package it is from), of what a kernel runs."""
    spec = targets.core(CORE).spec
    op, kernel = bench.graphs[0].ops[0], kernels(bench.kind).get(bench.name)
    found = {}
    for package, file in kernel.emit(op, bench.graphs[0], spec).sources:
        if file.endswith((".c", ".inc")):
            text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
            found[file] = (text, package)
    return found


def judge(bench: Bench, file: str, chosen: Sequence[Mutant]) -> Score:
    """Try every mutant of a file; survivors once more on more graphs."""
    score = _tried(bench, file, chosen)
    if score.survived:
        again = _tried(bench.wider(), file, score.survived)
        score = Score(score.caught + again.caught, again.survived, score.stillborn)
    return score


def _tried(bench: Bench, file: str, chosen: Sequence[Mutant]) -> Score:
    score = Score()
    for mutant in chosen:
        caught = bench.catches(file, mutant.text, "host" if mutant.where == "host" else "core")
        if caught is None:
            score.stillborn += 1
        elif caught:
            score.caught += 1
        else:
            score.survived.append(mutant)
    return score


def _line(file: str, mutant: Mutant) -> str:
    on = "host" if mutant.where == "host" else "core"
    return f"{file}:{mutant.line} ({on})  {mutant.before}  →  {mutant.after}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutate_kernels.py")
    parser.add_argument("names", nargs="*", help="conv_2d, conv_2d/winograd …")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    scores: dict[str, Score] = {}
    with tempfile.TemporaryDirectory(prefix="motekit-mutants-") as cache:
        os.environ["MOTEKIT_CACHE"] = cache  # objects of mutants are no use to anybody
        for kind, name in wanted(args.names):
            bench = Bench.of(kind, name)
            if not bench.graphs:
                continue
            assert bench.catches("", "", "core") is False, f"{kind}/{name} fails unchanged"
            for file, (text, _) in sources(bench).items():
                if file in scores:  # shared: what the kernels before let pass is tried again
                    again = _tried(bench, file, scores[file].survived)
                    scores[file].caught += again.caught
                    scores[file].survived = again.survived
                    if again.caught and not args.json:
                        _print(f"{file} with {kind}/{name}", scores[file])
                    continue
                rng = random.Random(f"{args.seed} {file}")
                scores[file] = judge(bench, file, mutants(text, args.count, rng))
                if not args.json:
                    _print(file, scores[file])
    caught = sum(s.caught for s in scores.values())
    total = caught + sum(len(s.survived) for s in scores.values())
    if args.json:
        rows = {f: {"caught": s.caught, "survived": [_line(f, m) for m in s.survived]}
                for f, s in scores.items()}  # fmt: skip
        print(json.dumps({"caught": caught, "total": total, "files": rows}, indent=1))
    else:
        print(f"{caught} of {total} mutants caught, {100 * caught / max(1, total):.1f} %")
    return 0


def _print(file: str, score: Score) -> None:
    total = score.caught + len(score.survived)
    print(
        f"{file:34} {score.caught:4} of {total:4} caught ({100 * score.share:5.1f} %)", flush=True
    )
    for mutant in score.survived:
        print(f"    {_line(file, mutant)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
