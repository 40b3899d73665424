"""A bare network's build at the terminal: its layers, what it costs, and why it is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .console import say, table

if TYPE_CHECKING:
    from motekit.deploy.network import BuiltNetwork


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _per_cent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def layers(built: BuiltNetwork) -> None:
    """One line a layer: what it is and takes."""
    rows = [
        (str(r["name"]), str(r["kind"]), str(r["kernel"]), f"{r['macs']:,}",
         "–" if r["cycles"] is None else f"{r['cycles']:,}", f"{r['weight_bytes']:,}")
        for r in built.rows()
    ]  # fmt: skip
    table(("layer", "op", "kernel", "MACs", "cycles", "weight bytes"), rows)


def profile(built: BuiltNetwork) -> None:
    """One line a layer, and most of what `--json` has of it."""
    rows = []
    for row in built.rows():
        r: dict[str, Any] = row
        per_mac = "–" if r["cycles_per_mac"] is None else f"{r['cycles_per_mac']:.2f}"
        rows.append(
            (r["name"], r["kind"], r["kernel"], _whole(r["macs"]), _whole(r["cycles"]),
             _per_cent(r["share"]), per_mac, _per_cent(r["of_bound"]),
             _whole(r["weight_bytes"] + r["table_bytes"]))
        )  # fmt: skip
    rest = built.layers
    share = _per_cent(rest.glue / rest.total if rest.total else None)
    rows.append(("glue", "", "", "–", _whole(rest.glue), share, "–", "–", "–"))
    table(
        ("layer", "op", "kernel", "MACs", "cycles", "share", "cycles/MAC", "of bound", "bytes"),
        rows,
    )


def costs(built: BuiltNetwork) -> None:
    """What was proven and what it costs."""
    bill = built.bill
    what = "inputs" if built.stream is None else "steps of the window"
    say(
        f"proven: {built.inputs_checked} {what} on {bill.core}, {built.mismatches} outputs differ "
        "from LiteRT's reference"
    )
    if built.stream is not None:
        _stream(built)
    bound = "" if built.bound is None else f" (bound {built.bound:g})"
    say(
        f"{bill.cycles:,.0f} cycles ({bill.cycles_tag}), {bill.macs_per_cycle:.3f} MACs a cycle"
        f"{bound}; {bill.weight_bytes:,} B weights, {bill.code_bytes:,} B code and tables, "
        f"{bill.ram_bytes:,} B RAM: {bill.arena_bytes:,} B arena, {bill.stack_bytes:,} B stack"
        + ("" if bill.stack_bound_bytes is None else f" (at most {bill.stack_bound_bytes:,})")
    )


def _stream(built: BuiltNetwork) -> None:
    made = built.stream
    assert made is not None
    say(
        f"a step takes {made.hop} new of {made.frames} frames: {made.macs:,} MACs where the whole "
        f"window takes {made.macs_batch:,}; {built.generated.sizes['state_bytes']:,} B state; the "
        f"window is full after {made.warmup} steps"
    )
    for op, why in list(made.whole.items())[:1]:
        say(f"from {op} on a step computes everything: {why}")


def explain(built: BuiltNetwork) -> None:
    """What each pass did, and why each kernel was chosen."""
    say("What each pass did")
    for row in built.generated.passes:
        each: dict[str, Any] = dict(row)
        lines = each["lines"]
        say(f"  {each['name']}, to {each['summary']}:{'' if lines else ' nothing'}")
        for line in lines:
            say(f"    {line}")
    say()
    say("Why each kernel was chosen")
    for row in built.rows():
        r: dict[str, Any] = row
        shape = "x".join(map(str, r["shape"]))
        took = "" if r["cycles"] is None else f", took {r['cycles']:,}"
        say(f"  {r['name']} ({r['kind']} -> {shape}): {r['kernel']}, {r['why']}; "
            f"{r['cycles_estimated']:,} cycles expected{took}")  # fmt: skip
        for name, reason in r["rejected"].items():
            say(f"    not {name}: {reason}")
    say()
    say("How layers share memory")
    for i, line in enumerate(built.generated.memory):
        say(f"  {line}" if i == 0 else f"    not {line}")
    say()
