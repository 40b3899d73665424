"""What a caller sees of a bare network: where inputs and outputs lie, and the call.

Inputs and outputs lie in the arena and share its bytes with everything else, so they are valid
only at the ends of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from motekit.core.graph import Graph

from . import print_c
from .constants import CTYPES

Side = Literal["in", "out"]
SIDES: tuple[tuple[Side, str], ...] = (("in", "input"), ("out", "output"))
ABOUT = (
    "Where the network reads its {put}. Valid until the next run.",
    "Where the network leaves its {put}. Valid from a run until an input is written.",
)


@dataclass(frozen=True)
class Port:
    """One input or output.

    Args:
        argument: its name as an argument of mk_invoke ("in", or "in0" of several).
        where: the function that returns its address ("mk_input", or "mk_input0").
    """

    tensor: str
    side: Side
    argument: str
    where: str
    ctype: str
    nbytes: int

    @property
    def parameter(self) -> str:
        return f"{'const ' if self.side == 'in' else ''}{self.ctype} *{self.argument}"


def ports(graph: Graph) -> list[Port]:
    """Inputs, then outputs."""
    found = []
    for (side, word), names in zip(SIDES, (graph.inputs, graph.outputs), strict=True):
        for i, name in enumerate(names):
            number = "" if len(names) == 1 else str(i)
            type_ = graph.type(name)
            port = Port(name, side, side + number, f"mk_{word}{number}", CTYPES[type_.dtype],
                        type_.nbytes)  # fmt: skip
            found.append(port)
    return found


@dataclass(frozen=True)
class Window:
    """What the caller of a streaming program is told of its window, in frames.

    Args:
        frames: that the window holds.
        hop: new ones of a step.
        batch: digest of the whole model, for the program's provenance.
    """

    frames: int
    hop: int
    batch: str

    @property
    def steps(self) -> int:
        """Steps until the window is full."""
        return -(-self.frames // self.hop)


def verb(window: Window | None) -> str:
    """What the function of the program does."""
    return "invoke" if window is None else "step"


def prototype(found: Sequence[Port], window: Window | None = None) -> str:
    return f"int mk_{verb(window)}({', '.join(port.parameter for port in found)})"


def declarations(graph: Graph, window: Window | None = None) -> str:
    """The functions for the header, with what each tensor means."""
    lines, where = [], ""
    for port in ports(graph):
        t = graph.type(port.tensor)
        q = ""
        if t.quant is not None and len(t.quant.scale) == 1:
            q = f", value = {t.quant.scale[0]!r} * (stored - {t.quant.zero_point[0]})"
        lines.append(f"{port.argument}: {port.tensor}, {t.dtype} {'x'.join(map(str, t.shape))}{q}")
        about = ABOUT[port.side == "out"].format(put="input" if port.side == "in" else "output")
        where += f"{print_c.comment(about)}{port.ctype} *{port.where}(void);\n"
    doc = ["Runs the network once; returns 0."]
    if window is not None:
        doc = [
            f"Moves the window on by {window.hop} of its {window.frames} frames and gives the "
            "network's outputs",
            "for it, the same as for the whole window at once; computes only what new frames",
            "change. Returns how many more steps the window takes to be full, 0 from step "
            f"{window.steps} on.",
            "Until then, frames from before the first one count as zeros (the stored value of 0),",
            "after a reset again.",
        ]
    doc += [
        "Nothing is copied where an argument is the address",
        "that the function above gives; any other input is copied there before the run, any",
        "other output from there after it.",
        *lines,
    ]
    return f"{where}\n{print_c.comment(chr(10).join(doc))}{prototype(ports(graph), window)};\n\n"


def definitions(
    graph: Graph, address: dict[str, str], calls: str, start: str, window: Window | None = None
) -> str:
    """The functions for the source.

    Args:
        address: input or output → C expression of its place, a pointer of its type.
        calls: the layers, one statement a line.
        start: what comes before them, in the same form.
    """
    found = ports(graph)
    text = "".join(
        f"{p.ctype} *{p.where}(void)\n{{\n    return {address[p.tensor]};\n}}\n\n" for p in found
    )
    moves = {
        side: "".join(
            f"    if ({p.argument} != {p.where}()) {{\n        mk_move("
            + (f"{p.where}(), {p.argument}" if side == "in" else f"{p.argument}, {p.where}()")
            + f", {p.nbytes}U);\n    }}\n"
            for p in found
            if p.side == side
        )
        for side, _ in SIDES
    }
    end = "    return 0;\n"
    if window is not None:
        end = (
            "    if (mk_steps < (uint32_t)MK_WARMUP_STEPS) {\n        mk_steps++;\n    }\n"
            "    return (int)((uint32_t)MK_WARMUP_STEPS - mk_steps);\n"
        )
    head = prototype(found, window)
    return f"{text}{head}\n{{\n{start}{moves['in']}{calls}{moves['out']}{end}}}\n"
