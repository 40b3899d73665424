"""Graphs of one convolution for the tests of its kernels, and their comparison."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from motekit import targets
from motekit.core.graph import Graph
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops import kernels
from motekit.graph.ops._shared import windows
from motekit.graph.run import run
from motekit.targets import toolchain
from motekit.targets.emulation import Machine

from .graph_program import Case, CoreProgram, host_program, write
from .op import assert_equal
from .op_cases import Builder, inputs, int8

Shape = tuple[int, int, int]


def conv(
    image: Shape, out: int, *, kernel: tuple[int, int] = (1, 1), stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1), padding: tuple[int, int, int, int] | None = None,
    activation: str = "relu", in_zero: int = -128, zero: int = -128, factor: float | None = None,
    depthwise: bool = False, seed: int = 0,
) -> Graph:  # fmt: skip
    """A convolution with weights spread as in trained layers.

    Args:
        image: height, width, channels.
        out: output channels.
        padding: (top, bottom, left, right); SAME by default.
        factor: of the requantization; by default outputs use their whole range.
    """
    height, width, channels = image
    rng = np.random.default_rng(seed)
    same = windows.explicit_padding(windows.SAME, (height, width), kernel, stride, dilation)
    window = windows.Window(kernel, stride, dilation, padding or same)
    shape = (1, *kernel, out) if depthwise else (out, *kernel, channels)
    scales = rng.uniform(0.002, 0.01, out).astype(np.float32)
    weights = np.clip(rng.normal(0, 45, shape).round(), -127, 127).astype(np.int8)
    axis = None if out == 1 else 3 if depthwise else 0
    b = Builder()
    b.add("x", int8((1, *image), 0.05, in_zero))
    quant = QuantParams(tuple(map(float, scales)), (0,) * out, axis)
    b.add("w", TensorType(shape, "int8", quant), weights)
    bias = rng.integers(-8000, 8000, out).astype(np.int32)
    b.add("b", TensorType((out,), "int32", None), bias)
    fan_in = kernel[0] * kernel[1] * (1 if depthwise else channels)
    scale = 0.0135 * np.sqrt(fan_in) if factor is None else 0.0003 / factor
    b.add("y", int8((1, *window.out(height, width), out), float(np.float32(scale)), zero))
    attrs = {
        "stride": stride, "dilation": dilation, "padding": window.padding,
        "activation": activation, "rounding": "double",
    }  # fmt: skip
    return b.graph("depthwise_conv_2d" if depthwise else "conv_2d", ["x", "w", "b"], ["y"], attrs)


@contextlib.contextmanager
def core_program(core: str, cases: Sequence[Case], compiler: str = "zig") -> Iterator[CoreProgram]:
    """A program on an emulated core.

    Without checks of alignment: unicorn 2.1.4 with a hook on memory accesses leaves a stale IT
    state behind a predicated return, and skips instructions of the caller.
    """
    plugin = targets.core(core)
    with tempfile.TemporaryDirectory(prefix="motekit-kernels-") as name:
        folder = Path(name)
        files = [*write(cases, plugin.spec, folder), Path(__file__).with_name("main.c")]
        settings = toolchain.Settings(compiler=compiler, include=(folder,))
        elf = toolchain.program(plugin, files, folder / "program.elf", settings, keep=True)
        yield CoreProgram(Machine(plugin, elf, check_alignment=False), cases)


def check(
    kernel: str, graphs: Sequence[Graph], core: str, compiler: str = "zig", random: int = 2
) -> list[int]:
    """Compare a kernel with the reference on every graph; model cycles of each on a core.

    Args:
        core: "host", or an emulated core.
    """
    cases = [Case(graph, {graph.ops[0].name: kernel}) for graph in graphs]
    program = host_program(cases) if core == "host" else core_program(core, cases, compiler)
    cycles = []
    with program as p:
        for i, graph in enumerate(graphs):
            given = inputs(graph, i, random)
            for case, got in zip(given, p.run([(i, case) for case in given]), strict=True):
                assert_equal(got, run(graph, case), graph, f"kernel {kernel} on {core}")
            if core != "host":
                cycles.append(p.cycles(i, given[-1]))  # type: ignore[union-attr]
    return cycles


def check_overlap(kernel: str, graphs: Sequence[Graph], core: str = "cortex-m4f") -> None:
    """Run a kernel with its output as far into its input as it allows, and compare with the
    reference."""
    cases = [Case(graph, {graph.ops[0].name: kernel}) for graph in graphs]
    with core_program(core, cases) as program:
        machine = program.machine
        for i, graph in enumerate(graphs):
            (op,) = graph.ops
            plugin = next(k for k in kernels(op.kind) if k.name == kernel)
            rules = plugin.overlap(op, graph, machine.core.spec)
            lead = rules[0, 0] or 0  # None: exactly in place
            lead += -lead % 4
            type_ = graph.type(op.outputs[0])
            size = abs(lead) + graph.type(graph.inputs[0]).nbytes + type_.nbytes
            for case in inputs(graph, i):
                base = machine.alloc(size, 4)
                ins, outs = base + max(0, lead), base + max(0, -lead)
                machine.write(ins, case[0])
                pointers = [machine.put(np.array([at], np.uint32)) for at in (ins, outs)]
                machine.call(f"mk_case_{i}", *pointers)
                got = machine.array(outs, type_.shape, np.int8)
                machine.free()
                assert_equal([got], run(graph, case), graph, f"kernel {kernel}, lead {lead}")


_ROWS = re.compile(
    r"(\w+)\((&\w+), &\(const mk_rows\)\{(.+?), (.+?), (.+?), 0U, (\d+)U, \d+U, (\d+)U\}\)"
)
_ONE_BY_ONE = """{{
        static int8_t ring[{span} * {pitch}];
        for (uint32_t y = 0; y < {rows}U; y++) {{
            for (uint32_t i = 0; i < {span}U; i++) {{
                const uint32_t from = y * {stride}U + i - {top}U;
                for (uint32_t j = 0; (from < {height}U) && (j < {pitch}U); j++) {{
                    ring[(from % {span}U) * {pitch}U + j] = ({source})[from * {pitch}U + j];
                }}
            }}
            const mk_rows one = {{ring, {out}, {scratch}, (uint16_t)y, (uint16_t)(y + 1U),
                                 {span}U, {ring_out}U}};
            {call}({params}, &one);
        }}
    }}"""


def check_rows(kernel: str, graph: Graph, core: str) -> None:
    """Run a kernel one row of output at a time, its input in a ring of as many rows as a window
    sees, and compare with the reference."""
    (op,) = graph.ops
    case = Case(graph, {op.name: kernel})
    _, height, width, channels = graph.type(str(op.inputs[0])).shape
    size = graph.type(str(op.inputs[1])).shape[1]
    window = windows.window(op.attrs, (size, 1))
    with tempfile.TemporaryDirectory(prefix="motekit-rows-") as name:
        folder = Path(name)
        files = write([case], targets.core(core).spec, folder)
        text = files[0].read_text(encoding="utf-8")
        parts = _ROWS.search(text)
        assert parts is not None, "the kernel does not work on rows"
        call, params, source, out, scratch, rows, ring_out = parts.groups()
        loop = _ONE_BY_ONE.format(
            call=call, params=params, source=source, out=out, scratch=scratch, rows=rows,
            ring_out=ring_out, span=(size - 1) * window.dilation[0] + 1,
            pitch=width * channels, stride=window.stride[0], top=window.padding[0], height=height,
        )  # fmt: skip
        files[0].write_text(text.replace(parts.group(0), loop), encoding="utf-8")
        plugin = targets.core(core)
        settings = toolchain.Settings(include=(folder,))
        objects = [*files, Path(__file__).with_name("main.c")]
        elf = toolchain.program(plugin, objects, folder / "program.elf", settings, keep=True)
        machine = CoreProgram(Machine(plugin, elf, check_alignment=False), [case])
        for given in inputs(graph, 0):
            (got,) = machine.run([(0, given)])
            assert_equal(got, run(graph, given), graph, f"kernel {kernel} by rows")
