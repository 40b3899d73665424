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
    table(("layer", "op", "kernel", "MACs", "cycles", "weight bytes"), rows, spare=(1, 3))


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
        spare=(1, 6, 7, 3),
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
        f"{bound}"
    )
    say(
        f"{bill.weight_bytes + bill.code_bytes:,} B flash: {bill.weight_bytes:,} B weights, "
        f"{bill.code_bytes:,} B code and tables"
    )
    most = "" if bill.stack_bound_bytes is None else f" (at most {bill.stack_bound_bytes:,})"
    say(
        f"{bill.ram_bytes:,} B RAM: {bill.arena_bytes:,} B arena, "
        f"{bill.stack_bytes:,} B stack{most}"
    )


def regions(built: BuiltNetwork) -> None:
    """One line a region: what is in it, and how often a run goes there."""
    if not built.regions:
        return
    rows = []
    total = sum(use.accesses for use in built.regions)
    for use in built.regions:
        r = use.area.region
        rows.append(
            (r.name, f"{r.cycles:g}", f"{r.nbytes:,}", f"{use.taken_bytes:,}",
             f"{use.arena_bytes:,}", f"{use.touched_bytes:,}", f"{use.accesses:,}",
             _per_cent(use.accesses / total if total else None))
        )  # fmt: skip
    table(("region", "cycles", "bytes", "taken", "arena", "touched", "accesses", "share"), rows)
    waits, cycles = built.wait_cycles, built.bill.cycles
    say(
        f"waiting for memory: {waits:,.0f} cycles by these speeds (estimated), "
        f"{cycles + waits:,.0f} in all"
    )
    say(built.generated.placement)


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
    _placement(built)


def _placement(built: BuiltNetwork) -> None:
    """What lies in each region, the most used first."""
    if not built.regions:
        return
    say("Where everything lies")
    for use in built.regions:
        region = use.area.region
        inside = [p for p in built.generated.places if p.region == region.name]
        say(f"  {region.name}, {use.taken_bytes:,} of {region.nbytes:,} B, "
            f"{region.cycles:g} cycles an access:{'' if inside else ' nothing'}")  # fmt: skip
        for p in sorted(inside, key=lambda p: (-(p.heat or 0.0), p.name)):
            name = "the state" if p.kind == "state" else p.name
            say(f"    {name}: {p.nbytes:,} B, {p.heat or 0:,.0f} accesses")
    say()
