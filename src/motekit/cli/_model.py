"""How a model's graph came about, at the terminal: what was quantized, and what that cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .console import say, table

if TYPE_CHECKING:
    from motekit.graph.floats.compare import Distance
    from motekit.graph.importers.opened import Opened


def show(opened: Opened) -> None:
    """Noise of every layer and distance from the source; nothing for a plain integer model."""
    found = opened.comparison
    if found is None:
        return
    if opened.samples[1]:
        used, given = opened.samples
        of = "" if used == given else f" of {given:,}"
        to = "int16" if opened.wide else "int8"
        say(f"quantized to {to} by {used:,}{of} calibration samples")
    if found.layers:
        rows = [
            (n.layer, n.op, f"{n.sqnr_db:.1f}", f"{100 * n.saturated:.2f}", f"{n.scale:.3g}")
            for n in found.layers
        ]
        table(("layer", "op", "SQNR dB", "saturated %", "scale"), rows)
    for distance in found.distances:
        say(_line(distance))
    for note in found.notes:
        say(note)
    say()


def _line(d: Distance) -> str:
    same = "" if d.top1 is None else f"; same largest output for {100 * d.top1:.1f} %"
    return (
        f"from {d.against}, {d.samples} samples: at most {d.max_abs:.3g} "
        f"({d.max_steps:.1f} steps), mean {d.mean_abs:.3g}; "
        f"{100 * d.beyond_one_step:.1f} % of outputs over one step{same}"
    )
