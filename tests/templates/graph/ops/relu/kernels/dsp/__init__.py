"""A variant for one instruction set: what a faster kernel of an op that is there takes."""

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if "dsp" not in target.features and target.isa != "host":
        return "the core has no DSP instructions"
    if op.attrs["bounds"] != (0.0,) or x.quant != out.quant or x.size % 4:
        return "it does more than clamp whole words from below"
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(10 + 2 * types.operand(op, graph).size, flash_bytes=8, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    x = types.operand(op, graph)
    return Emitted(
        sources=((__name__, "mk_relu_dsp.h"), (__name__, "mk_relu_dsp.c")),
        constants=(),
        struct="mk_relu_dsp_params",
        fields={"count": x.size, "zero": types.per_tensor(x)[1]},
        call="mk_relu_dsp({params}, {in0}, {out0})",
        stack_bytes=24,
    )


KERNEL = Kernel("dsp", "four at a time", applies, cost, emit, code_bytes=60)
