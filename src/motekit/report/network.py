"""The page of a bare network's build: where its cycles and bytes go, layer by layer.

It is made from the build's record (build.json) alone, so any build can be shown later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from motekit.core.figures import Figure, Tag

from .formats import bytes_, count, number
from .render import environment, style
from .view import Tile


@dataclass(frozen=True)
class LayerRow:
    """One layer; figures as they are printed, lengths in per cent of the longest bar.

    Args:
        width: of the cycles it took; bound: of those its arithmetic alone would take.
        of_bound: arithmetic's share of its cycles.
        reasons: (kernel, why not) of the others.
    """

    name: str
    kind: str
    kernel: str
    shape: str
    why: str
    reasons: tuple[tuple[str, str], ...]
    macs: str
    cycles: str
    expected: str
    share: str
    per_mac: str
    of_bound: str
    weights: str
    tables: str
    constants: str
    scratch: str
    width: float
    bound: float | None


def render_network(record: Mapping[str, Any]) -> str:
    """One self-contained HTML file; the same record gives the same bytes.

    Args:
        record: of a network's build, as `motekit.deploy.record` keeps it.
    """
    rows = layer_rows(record["layers"], record["macs_per_cycle_bound"])
    total = sum(r["cycles"] or 0 for r in record["layers"]) + record["glue_cycles"]
    template = environment().get_template("network.html.j2")
    glue = 100 * record["glue_cycles"] / total if total else 0.0
    return template.render(
        css=style(), r=record, rows=rows, tiles=tiles(record), summary=_summary(record),
        lead=_lead(record, rows, total), passes=record["passes"], total=total, n=number,
        glue=number(record["glue_cycles"], "cycles"), glue_share=f"{glue:.1f}\u00a0%",
        glue_width=_glue_width(record), slack=_slack(record), tag=record["cycles_tag"],
        constants=number(_constants(record["layers"]), "B"),
    )  # fmt: skip


def layer_rows(layers: Sequence[Mapping[str, Any]], bound: float | None) -> tuple[LayerRow, ...]:
    """Every layer as the page shows it."""
    top = max((r["cycles"] or 0 for r in layers), default=1) or 1
    return tuple(_row(r, top, bound) for r in layers)


def _glue_width(r: Mapping[str, Any]) -> float:
    """Length of the bar of what ran in no layer, on the layers' scale."""
    top = max((row["cycles"] or 0 for row in r["layers"]), default=0)
    return round(min(100.0, 100 * r["glue_cycles"] / top), 2) if top else 0.0


def _constants(layers: Sequence[Mapping[str, Any]]) -> int:
    return sum(int(r["weight_bytes"]) + int(r["table_bytes"]) for r in layers)


def _row(r: Mapping[str, Any], top: float, bound: float | None) -> LayerRow:
    least = r["macs"] / bound if bound and r["macs"] else None
    share = r["share"]
    return LayerRow(
        name=r["name"],
        kind=r["kind"],
        kernel=r["kernel"],
        shape="×".join(map(str, r["shape"])),
        why=r["why"],
        reasons=tuple(r["rejected"].items()),
        macs=number(r["macs"], "MACs"),
        cycles="–" if r["cycles"] is None else number(r["cycles"], "cycles"),
        expected=number(r["cycles_estimated"], "cycles"),
        share=f"{100 * share:.1f}\u00a0%",
        per_mac="–" if r["cycles_per_mac"] is None else f"{r['cycles_per_mac']:.2f}",
        of_bound="–" if r["of_bound"] is None else f"{100 * r['of_bound']:.0f}\u00a0%",
        weights=number(r["weight_bytes"], "B"),
        tables=number(r["table_bytes"], "B"),
        constants=number(r["weight_bytes"] + r["table_bytes"], "B"),
        scratch=number(r["scratch_bytes"], "B"),
        width=round(100 * (r["cycles"] or 0) / top, 2),
        bound=None if least is None else min(100.0, round(100 * least / top, 2)),
    )


def tiles(r: Mapping[str, Any]) -> tuple[Tile, ...]:
    """What somebody looks for first."""
    tag: Tag = r["cycles_tag"]
    per = "a step" if "stream" in r else "one run"
    made = [
        Tile("Cycles", _cycles(r["cycles"]), Figure(r["cycles"], "cycles", tag), per),
        Tile("MACs a cycle", f"{r['macs_per_cycle']:.3f}",
             Figure(r["macs_per_cycle"], "", tag), _bound_note(r)),
        Tile("RAM", bytes_(r["ram_bytes"]), Figure(r["ram_bytes"], "B", "emulated"),
             f"arena {r['arena_bytes']:,}, stack {r['stack_bytes']:,}"),
        Tile("Weights", bytes_(r["weight_bytes"]), Figure(r["weight_bytes"], "B", "measured"),
             "and biases, as stored"),
        Tile("Code", bytes_(r["code_bytes"]), Figure(r["code_bytes"], "B", "measured"),
             "and tables, in flash"),
    ]  # fmt: skip
    if r["state_bytes"]:
        state = Figure(r["state_bytes"], "B", "measured")
        made.insert(3, Tile("State", bytes_(r["state_bytes"]), state, "kept from run to run"))
    return tuple(made)


def _cycles(value: float) -> str:
    """Millions from ten of them on, to fit a tile."""
    return f"{value / 1e6:,.1f}\u00a0M" if value >= 1e7 else number(value, "cycles")


def _bound_note(r: Mapping[str, Any]) -> str:
    bound = r["macs_per_cycle_bound"]
    return "" if bound is None else f"the core's arithmetic alone: {bound:g}"


def _summary(r: Mapping[str, Any]) -> str:
    text = f"{count(len(r['layers']), 'layer')}, {r['macs']:,} MACs, on {r['core']}, optimized for "
    text += f"{r['optimize']}."
    if "stream" in r:
        s = r["stream"]
        text += (
            f" A step takes {count(s['hop_frames'], 'new frame')} of a window of "
            f"{s['window_frames']}; the whole window would take {s['macs_whole_window']:,} MACs."
        )
    return text


def _lead(r: Mapping[str, Any], rows: Sequence[LayerRow], total: float) -> str:
    ranked = sorted(r["layers"], key=lambda row: -(row["cycles"] or 0))
    if not ranked or not total:
        return ""
    some = 0.0
    most = 0
    for row in ranked:
        some += row["cycles"] or 0
        most += 1
        if some >= total / 2:
            break
    first = ranked[0]
    return (
        f"{count(most, 'layer')} of {len(rows)} {'takes' if most == 1 else 'take'} half of the "
        f"time. The longest, {first['name']} ({first['kind']}), takes "
        f"{100 * (first['cycles'] or 0) / total:.1f}\u00a0%."
    )


def _slack(r: Mapping[str, Any]) -> str:
    """How far the layers with arithmetic are from what it alone would take."""
    bound = r["macs_per_cycle_bound"]
    cycles = sum(row["cycles"] or 0 for row in r["layers"] if row["macs"])
    if not bound or not cycles:
        return ""
    share = r["macs"] / bound / cycles
    return (
        f"The mark in each bar is what the layer's multiply-accumulates alone would take at the "
        f"core's {bound:g} a cycle, with operands that cost nothing: {100 * share:.0f}\u00a0% of "
        "the cycles of these layers. No layer reaches it; loads, stores and requantization come on "
        "top."
    )
