"""A finished run in a dozen lines, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from motekit.deploy.waiting import told
from motekit.models.detection import DetectionEvaluation
from motekit.models.runs import figure_name
from motekit.models.values import ValueEvaluation

from .everything import Everything
from .report_costs import boards

NAMES = {
    "accuracy": "accuracy", "error": "mean absolute error", "auc": "area under the ROC curve",
    "false_alarms": "false alarms",
}  # fmt: skip


def detected(found: DetectionEvaluation) -> str:
    """A detector at its threshold, in one line."""
    alarms = "" if found.alarms is None else f"{found.alarms:.1%} of normal windows alarm"
    if found.found is None:
        return f"at the calibrated threshold {alarms}; no anomaly was recorded"
    return (
        f"at the calibrated threshold {alarms}, {found.found:.1%} of anomalies are found; area "
        f"over all windows {found.auc or 0.0:.3f}"
    )


def lines(out: Everything) -> Iterator[str]:
    """What was found, what it costs, where it lies, what to type next."""
    found, proof, main = out.found, out.found.proof, out.main
    bill, project = main.bill, out.project
    kind, first = project.signal.split_by, found.emulated.by_seed[0]
    n, name = len(first.group_figures), NAMES[figure_name(first)]
    yield (
        f"{name} on {n} held-out {kind}s: {found.emulated.figure:.3f} emulated binary, "
        f"{found.host.figure:.3f} int8 C, {found.float_model.figure:.3f} float "
        f"(± {found.emulated.spread_groups:.3f} over {kind}s, "
        f"± {found.emulated.spread_seeds:.3f} over {len(found.emulated.by_seed)} seeds)"
    )
    if isinstance(first, ValueEvaluation):
        yield (
            f"95 % of the windows are off by less than {first.p95:.3g}; always telling the median "
            f"would be off by {first.guess:.3g} on average"
        )
    if isinstance(first, DetectionEvaluation):
        yield detected(first)
    for warning in found.emulated.warnings:
        yield f"warning: {warning}"
    leaks = out.learned.run.leaks
    if leaks is not None:
        yield (
            f"leak audit: {leaks.random_split:.3f} if windows were split at random, "
            f"{found.float_model.figure:.3f} by {kind}"
        )
    yield (
        f"proof: {proof.mismatches} mismatches in {proof.windows:,} held-out windows, "
        f"{proof.decision_flips} decisions moved by float rounding; features within "
        f"{proof.dsp_max_error:.1e} of float64 (bound {proof.dsp_bound:.1e}, in std)"
    )
    yield (
        f"{bill.core}: {bill.flash_bytes:,} B flash, {bill.static_ram_bytes:,} B RAM + "
        f"{bill.stack_bytes:,} B stack, {bill.cycles['total']:,.0f} cycles a window "
        f"({bill.cycles_tag})"
    )
    board = boards(bill, main.spec.signal)[project.target.board]
    stream = f", streaming raw {board.stream_days.value:,.0f}" if board.stream_days else ""
    yield (
        f"{board.board}: {board.latency_ms.value:.2f} ms and {board.energy_uj.value:.1f} µJ a "
        f"window, {board.classify_days.value:,.0f} days on its battery{stream} (estimated)"
    )
    if board.load.value >= 1:
        yield (
            f"{board.board} is too slow: a window takes {board.latency_ms.value:,.1f} ms, and one "
            f"is due every {board.latency_ms.value / board.load.value:,.1f} ms (estimated): take a "
            "longer signal.stride_s, cheaper features or a faster board"
        )
    yield told(bill, main.spec.signal)
    folder = out.report_paths[0].parent.parent
    yield ""
    yield f"report   {out.report_paths[0]}"
    yield f"C        {main.c_dir}"
    yield f"program  {main.elf}"
    yield f"proof    {main.proof_dir}"
    yield ""
    yield f"next: cd {folder} && motekit check, or motekit new NAME for recordings of your own"
