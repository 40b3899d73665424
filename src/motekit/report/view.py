"""What the templates see: the data, its charts, and the sentences above them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from motekit.core.figures import Figure

from .charts import bars, heat, lines, points, tasks
from .charts.bars import Stacks
from .charts.plot import Plot
from .data import BoardCost, CoreCost, Detection, Errors, PartCost, ReportData
from .formats import bytes_, days, figure, number, unit
from .words import Section, sections, verdict


@dataclass(frozen=True)
class Tile:
    """A headline: a figure, what it is, and one line below."""

    name: str
    text: str
    figure: Figure
    note: str


def tiles(data: ReportData) -> tuple[Tile, ...]:
    """The five or six numbers somebody looks for first."""
    made = [_accuracy_tile(data)]
    core = main_core(data)
    if core is not None:
        made += [
            Tile("Flash", bytes_(core.flash.value), core.flash, f"whole program, {core.core}"),
            Tile("RAM", *_ram(core), "static + stack high-water"),
            Tile("Cycles", number(core.cycles.value, "cycles"), core.cycles, "per window"),
        ]
        board = main_board(data, core)
        if board is not None:
            made.append(Tile("Energy", figure(board.energy), board.energy, f"{board.title}"))
    if data.battery is not None:
        life = data.battery.classify
        made.append(Tile("Battery", days(life.value), life, _battery_note(data)))
    return tuple(made)


def _accuracy_tile(data: ReportData) -> Tile:
    found = data.judged
    name, best = "Accuracy", found.emulated or found.int8 or found.float_model
    spread, points_ = found.spread_groups, " points"
    if isinstance(found, Errors):
        name, points_ = "Mean error", ""
    elif isinstance(found, Detection):
        name, points_ = "ROC area", ""
        if best is None:
            name, best, spread = "False alarms", found.alarms, None
    note = f"held out by {found.group_kind}"
    if spread is not None:
        note += f", ± {number(spread.value, spread.unit)}{points_}"
    if best is None:
        raise ValueError("a report needs a figure that the model is judged by")
    return Tile(name, figure(best), best, note)


def _ram(core: CoreCost) -> tuple[str, Figure]:
    tag = core.stack.tag
    both = Figure(core.static_ram.value + core.stack.value, "B", tag)
    return bytes_(both.value), both


def _battery_note(data: ReportData) -> str:
    life = data.battery
    if life is None or life.stream is None:
        return "deciding on the mote"
    return f"streaming raw: {days(life.stream.value)}"


def main_core(data: ReportData) -> CoreCost | None:
    """The core the headline is about, or the first there is."""
    named = next((c for c in data.cores if c.core == data.main_core), None)
    return named or (data.cores[0] if data.cores else None)


def main_board(data: ReportData, core: CoreCost) -> BoardCost | None:
    named = next((b for b in core.boards if b.board == data.main_board), None)
    return named or (core.boards[0] if core.boards else None)


def charts(data: ReportData) -> dict[str, Any]:
    """Every chart by name; None where there is nothing to draw."""
    accuracy, errors, detection = data.accuracy, data.errors, data.detection
    boards = [board for core in data.cores for board in core.boards]
    return {
        "signals": lines.signals(data.dataset.signals),
        "channels": lines.channel_legend(data.dataset.signals),
        "map": points.feature_map(data.feature_map) if data.feature_map else None,
        "learning": lines.learning(data.learning) if data.learning else (),
        "groups": _groups(data),
        "confusion": heat.confusion(accuracy.confusion)
        if accuracy and accuracy.confusion
        else None,
        "reliability": points.reliability(accuracy.reliability)
        if accuracy and accuracy.reliability
        else None,
        "told": tasks.told(errors) if errors and errors.points else None,
        "roc": tasks.roc(detection) if detection and detection.roc else None,
        "anomaly": lines.anomaly(data.anomaly) if data.anomaly else None,
        "leak": _leak(data),
        "sqnr": bars.quantization(data.quantization) if data.quantization else None,
        "stacks": _stacks(data),
        "flash_split": _flash_split(main_core(data)),
        "latency": bars.latency(boards) if boards else None,
        "energy": bars.energy(boards) if boards else None,
        "battery": bars.battery(data.battery) if data.battery else None,
        "matrix": heat.build_matrix(data.proof.matrix)
        if data.proof and data.proof.matrix
        else None,
    }


def _groups(data: ReportData) -> Plot | None:
    """The figure of each held-out group beside the mean of all."""
    found = data.judged
    best = found.emulated or found.int8 or found.float_model
    if not found.groups or best is None:
        return None
    if isinstance(found, Errors):
        judged = points.Judged("mean error", unit(found.unit), digits=2)
        return points.groups(found.groups, found.group_kind, best.value, judged, share=False)
    judged = points.AREA if isinstance(found, Detection) else points.ACCURACY
    return points.groups(found.groups, found.group_kind, best.value, judged)


def _leak(data: ReportData) -> bars.Bars | None:
    audit = data.leak_audit
    if audit is None:
        return None
    rows = [
        ("random windows", "leaks", audit.random_split),
        (f"by {audit.group_kind}", "honest", audit.grouped_split),
    ]
    what = "Mean error" if data.errors else "Accuracy"
    return bars.bars(f"{what} under two splits", rows, audit.random_split.unit)


def _flash_split(core: CoreCost | None) -> bars.Bars | None:
    if core is None or not core.flash_split:
        return None
    rows = [(name, "", figure) for name, figure in core.flash_split.items()]
    return bars.bars(f"What fills the flash on {core.core}", rows)


def _stacks(data: ReportData) -> tuple[Stacks, ...]:
    if not data.cores:
        return ()
    kinds: tuple[
        tuple[str, Callable[[CoreCost], Figure], Callable[[PartCost], Figure | None]], ...
    ] = (
        ("Flash", lambda c: c.flash, lambda p: p.flash),
        ("Static RAM", lambda c: c.static_ram, lambda p: p.static_ram),
        ("Stack high-water", lambda c: c.stack, lambda p: None),
        ("Cycles of a window", lambda c: c.cycles, lambda p: p.cycles),
    )
    return tuple(bars.stacks(name, data.cores, total, part) for name, total, part in kinds)


COLUMNS = (
    ("flash", "flash"),
    ("static RAM", "static_ram"),
    ("stack", "stack"),
    ("cycles", "cycles"),
)


def part_columns(core: CoreCost | None) -> tuple[tuple[str, str], ...]:
    """(title, field) of the figures that at least one part has."""
    parts = core.parts if core else ()
    return tuple(c for c in COLUMNS if any(getattr(p, c[1]) is not None for p in parts))


def view(data: ReportData) -> dict[str, Any]:
    """The template's context."""
    core = main_core(data)
    told: tuple[Section, ...] = sections(data)
    return {
        "d": data,
        "tiles": tiles(data),
        "charts": charts(data),
        "core": core,
        "sections": told,
        "verdict": verdict(data),
        "part_style": bars.part_style,
        "parts": bars.PARTS,
        "part_columns": part_columns(core),
    }
