"""The cost half of a report: the bill per core and board, battery life, the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from motekit import targets
from motekit.core.block import Signal
from motekit.core.figures import Figure
from motekit.deploy.bill import PARTS, Bill, BoardBill, on_board
from motekit.deploy.build import Built
from motekit.deploy.prove import Proof
from motekit.report import data as rd

COMPARED = {
    "features": ("Q8.8 features", "the same C on the host"),
    "scores": ("class scores", "the same C on the host"),
    "anomaly": ("anomaly scores", "the same C on the host"),
    "decisions": ("decisions", "the same C on the host"),
    "network": ("class scores", "LiteRT's reference interpreter"),
    "values": ("values", "the same C on the host"),
    "regressor": ("values", "LiteRT's reference interpreter"),
    "classifier": ("class scores", "the integer reference"),
    "detector": ("anomaly scores", "the integer reference"),
    "identity": ("identity of the binary", "the trained model"),
}


def raw_bytes_per_s(signal: Signal) -> float:
    """What streaming every sample would send."""
    size = 4 if signal.sample == "float32" else 2
    return signal.rate_hz * len(signal.channels) * size


def boards(bill: Bill, signal: Signal) -> dict[str, BoardBill]:
    """The bill on every board that carries the core."""
    stride_s = signal.stride / signal.rate_hz
    return {
        name: on_board(bill, targets.board(name), stride_s, raw_bytes_per_s(signal))
        for name in targets.boards(bill.core)
    }


def _bytes(value: float) -> Figure:
    return Figure(value, "B", "measured")


def core_cost(built: Built, compiler: str) -> rd.CoreCost:
    """One core with its parts and boards."""
    bill, signal = built.bill, built.spec.signal
    parts = tuple(
        rd.PartCost(part, cycles=Figure(round(bill.cycles[part]), "cycles", bill.cycles_tag))
        for part in PARTS
        if part in bill.cycles
    )
    costs = tuple(
        rd.BoardCost(
            name, targets.board(name).title, b.latency_ms, b.energy_uj,
            targets.board(name).clock_hz,
        )
        for name, b in boards(bill, signal).items()
    )  # fmt: skip
    return rd.CoreCost(
        core=bill.core,
        flash=_bytes(bill.flash_bytes),
        static_ram=_bytes(bill.static_ram_bytes),
        stack=Figure(bill.stack_bytes, "B", "emulated"),
        cycles=Figure(round(bill.cycles["total"]), "cycles", bill.cycles_tag),
        parts=parts,
        boards=costs,
        compiler=compiler,
        flash_split={name: _bytes(size) for name, size in bill.flash_by_part.items()},
    )


def battery(bill: Bill, board: str, signal: Signal) -> rd.Battery:
    """Deciding on the mote beside streaming every sample, for one board."""
    spec = targets.board(board)
    found = boards(bill, signal)[board]
    rate = raw_bytes_per_s(signal)
    return rd.Battery(
        board=board,
        title=spec.title,
        battery=Figure(spec.battery_mwh, "mWh", "estimated"),
        classify=found.classify_days,
        stream=found.stream_days,
        assumptions=(
            f"one window every {signal.stride / signal.rate_hz:g} s, asleep in between at "
            f"{spec.sleep_uw:g} µW; the sensor itself is left out on both sides",
            f"streaming sends {rate:g} bytes a second at "
            f"{spec.ble_nj_per_byte or 0:g} nJ a byte; decisions are not sent",
            *(f"{fact}: {source}" for fact, source in spec.sources.items()),
        ),
    )


def budgets(bill: Bill, limits: Mapping[str, int]) -> tuple[rd.Budget, ...]:
    """Every limit of the project beside what the build took."""
    actual = {
        "flash_bytes": _bytes(bill.flash_bytes),
        "ram_bytes": _bytes(bill.ram_bytes),
        "cycles": Figure(bill.cycles_max, "cycles", bill.cycles_tag),
    }
    return tuple(
        rd.Budget(name, Figure(limit, actual[name].unit, "measured"), actual[name])
        for name, limit in limits.items()
        if limit
    )


def proof(verdict: Proof, matrix: Sequence[Proof] = ()) -> rd.Proof:
    """The verdict with each of its comparisons."""

    def count(n: float) -> Figure:
        return Figure(n, "windows", "emulated")

    return rd.Proof(
        core=verdict.core,
        windows=count(verdict.windows),
        mismatches=count(verdict.mismatches),
        feature_flips=Figure(verdict.feature_flips, "features", "emulated"),
        decision_flips=count(verdict.decision_flips),
        dsp_max_error=Figure(verdict.dsp_max_error, "std", "emulated"),
        dsp_bound=Figure(verdict.dsp_bound, "std", "emulated"),
        compared=tuple(
            rd.Comparison(*COMPARED[what], verdict.windows, n)
            for what, n in verdict.details.items()
        ),
        matrix=tuple(
            rd.MatrixCell(p.core, p.compiler, p.opt, p.windows, p.mismatches) for p in matrix
        ),
    )
