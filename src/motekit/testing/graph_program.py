"""Graphs as one test program: on this computer under sanitizers, or on an emulated core.

with host_program([Case(graph), Case(other, {"conv": "portable"})]) as program:
    outputs = program.run([(0, [x]), (1, [y]), (0, [z])])
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from motekit import targets
from motekit.compiler import print_c
from motekit.compiler.constants import CTYPES
from motekit.compiler.network import GraphCode, emit_graph
from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.core.target import TargetSpec
from motekit.graph.passes import PASSES
from motekit.targets.emulation import Machine
from motekit.targets.toolchain import Settings, executable

from .machine import program

HOST_MAIN = Path(__file__).with_name("graph_main.c")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wdouble-promotion", "-Wshadow", "-Wvla")
T = TypeVar("T")
Request = tuple[int, Sequence[Array]]


@dataclass(frozen=True)
class Case:
    """A graph, the kernels to force (op name → kernel name), and what to choose others for. With
    kernels forced the graph is taken as it is, without passes.

    Args:
        keep: a graph with state keeps it from request to request; else each starts afresh.
    """

    graph: Graph
    kernels: Mapping[str, str] = field(default_factory=dict)
    optimize: str = "speed"
    keep: bool = False


class HostProgram:
    """Runs requests in one process each call; a sanitizer's complaint raises."""

    def __init__(self, path: Path, cases: Sequence[Case]) -> None:
        self.path, self.cases = path, cases

    def run(self, requests: Sequence[Request]) -> list[list[Array]]:
        """Outputs of every (case index, inputs)."""
        text = b"".join(
            np.uint32(i).tobytes() + b"".join(np.ascontiguousarray(a).tobytes() for a in inputs)
            for i, inputs in requests
        )
        done = subprocess.run([str(self.path)], input=text, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode(errors="replace")[:4000])
        at = 0
        results = []
        for i, _ in requests:
            graph = self.cases[i].graph
            outputs = []
            for name in graph.outputs:
                type_ = graph.type(name)
                values = np.frombuffer(done.stdout, type_.dtype, type_.size, at)
                outputs.append(values.reshape(type_.shape))
                at += type_.nbytes
            results.append(outputs)
        assert at == len(done.stdout), "the program wrote another number of bytes"
        return results


class CoreProgram:
    """Runs requests one by one on an emulated core."""

    def __init__(self, machine: Machine, cases: Sequence[Case]) -> None:
        self.machine, self.cases = machine, cases

    def run(self, requests: Sequence[Request]) -> list[list[Array]]:
        """Outputs of every (case index, inputs)."""
        return [self._one(i, inputs) for i, inputs in requests]

    def cycles(self, case: int, inputs: Sequence[Array]) -> int:
        """Model cycles of one run of a case."""
        args, _ = self._place(case, inputs)
        measured = self.machine.measure(f"mk_case_{case}", *args)
        self.machine.free()
        return int(measured.cycles)

    def _place(self, case: int, inputs: Sequence[Array]) -> tuple[list[int], list[int]]:
        graph, m = self.cases[case].graph, self.machine
        ins = [m.put(np.ascontiguousarray(a)) for a in inputs]
        outs = [m.alloc(max(4, graph.type(name).nbytes)) for name in graph.outputs]
        pointers = [m.put(np.array(p, np.uint32)) for p in (ins, outs)]
        return pointers, outs

    def _one(self, case: int, inputs: Sequence[Array]) -> list[Array]:
        graph, m = self.cases[case].graph, self.machine
        args, outs = self._place(case, inputs)
        m.call(f"mk_case_{case}", *args)
        results = []
        for name, address in zip(graph.outputs, outs, strict=True):
            type_ = graph.type(name)
            values = m.array(address, type_.size, np.dtype(type_.dtype).type)
            results.append(values.reshape(type_.shape).copy())
        m.free()
        return results


def emit(cases: Sequence[Case], target: TargetSpec) -> list[GraphCode]:
    """Every case as C, its names prefixed with its number."""
    codes = []
    for i, case in enumerate(cases):
        places = {}
        for side, names in (("in", case.graph.inputs), ("out", case.graph.outputs)):
            for j, name in enumerate(names):
                ctype = CTYPES[case.graph.type(name).dtype]
                const = "const " if side == "in" else ""
                places[name] = f"({const}{ctype} *){side}[{j}]"
        codes.append(
            emit_graph(
                case.graph, f"c{i}_", target, case.optimize,  # type: ignore[arg-type]
                arena=f"c{i}_arena.bytes", external=places, kernels=case.kernels,
                state=f"c{i}_state.bytes", passes=() if case.kernels else PASSES,
            )
        )  # fmt: skip
    return codes


def write(cases: Sequence[Case], target: TargetSpec, folder: Path) -> list[Path]:
    """Print all cases into `folder`; the C files to compile, mk_cases.c first.

    Raises:
        ValueError: two cases need kernels of different macros or of one file name.
    """
    codes = emit(cases, target)
    defines: dict[str, int] = {}
    files: dict[str, str] = {}
    for code in codes:
        _merge(defines, code.defines)
        _merge(files, code.sources)
    files["mk_config.h"] = print_c.defines(dict(sorted(defines.items())))
    files["mk_cases.c"] = _text(cases, codes)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / "mk_cases.c", *(folder / n for n in sorted(files) if _compiled(n))]


def _merge(into: dict[str, T], more: Mapping[str, T]) -> None:
    for name, value in more.items():
        if into.setdefault(name, value) != value:
            raise ValueError(f"two cases need different {name}")


def _compiled(name: str) -> bool:
    return name.endswith((".c", ".S", ".s")) and name != "mk_cases.c"


def _text(cases: Sequence[Case], codes: Sequence[GraphCode]) -> str:
    headers = sorted({name for code in codes for name in code.includes})
    parts = ["#include <stdint.h>\n", *(f'#include "{name}"\n' for name in headers)]
    parts.append(
        "typedef struct {\n    void (*run)(const void *const *in, void *const *out);\n"
        "    uint32_t ins, outs;\n    uint32_t bytes[16];\n} mk_case;\n"
    )
    rows = []
    for i, (case, code) in enumerate(zip(cases, codes, strict=True)):
        graph = case.graph
        sizes = [graph.type(n).nbytes for n in (*graph.inputs, *graph.outputs)]
        rows.append(
            f"    {{mk_case_{i}, {len(graph.inputs)}, {len(graph.outputs)}, "
            f"{{{', '.join(map(str, sizes))}}}}},\n"
        )
        arena = f"static union {{ int32_t align; int8_t bytes[{code.arena_bytes}]; }} c{i}_arena;\n"
        head = f"void mk_case_{i}(const void *const *in, void *const *out)"
        body = "".join(f"    {line}\n" for line in code.body_c.splitlines())
        parts += [arena if code.arena_bytes else "", code.data_c]
        if code.state_bytes:
            state = f"int8_t bytes[{code.state_bytes}]; }} c{i}_state;\n"
            parts.append(f"static union {{ int32_t align; {state}static uint8_t c{i}_started;\n")
            fresh = f"c{i}_started == 0U" if case.keep else "1"
            body = f"    if ({fresh}) {{\n{code.reset_c}    c{i}_started = 1U;\n    }}\n{body}"
        parts += [f"{head};\n", f"{head}\n{{\n"]
        parts += [body or "    (void)in;\n    (void)out;\n", "}\n"]
    parts.append(f"extern const mk_case mk_cases[{len(rows)}];\n")
    parts.append(f"const mk_case mk_cases[{len(rows)}] = {{\n{''.join(rows)}}};\n")
    parts.append(
        f"extern const uint32_t mk_case_count;\nconst uint32_t mk_case_count = {len(rows)}U;\n"
    )
    return "".join(parts)


@contextlib.contextmanager
def host_program(cases: Sequence[Case], target: TargetSpec | None = None) -> Iterator[HostProgram]:
    """A program for this computer, warnings as errors; sanitized where gcc is installed.

    Args:
        target: what the kernels are chosen for; by default the host core itself.
    """
    host = targets.core("host")
    with tempfile.TemporaryDirectory(prefix="motekit-cases-") as name:
        folder = Path(name)
        files = write(cases, target or host.spec, folder)
        compiler = "gcc" if shutil.which("gcc") else "zig"
        kinds = ("address", "undefined") if compiler == "gcc" else ("undefined",)
        settings = Settings(
            compiler=compiler, opt="-O1", include=(folder,), sanitize=kinds,
            extra=(*WARNINGS, "-Werror"),
        )  # fmt: skip
        files.append(HOST_MAIN)
        yield HostProgram(executable(host, files, folder / "cases", settings), cases)


@contextlib.contextmanager
def core_program(
    core: str, cases: Sequence[Case], *, compiler: str = "zig", opt: str = "-Os"
) -> Iterator[CoreProgram]:
    """A program on an emulated core."""
    with tempfile.TemporaryDirectory(prefix="motekit-cases-") as name:
        folder = Path(name)
        files = write(cases, targets.core(core).spec, folder)
        with program(core, files, include=[folder], compiler=compiler, opt=opt) as machine:
            yield CoreProgram(machine, cases)
