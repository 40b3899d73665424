"""Heart rate from a finger on a phone's camera: beats by the `heart` block, corrected by a
regressor that knows how much to trust them, as one program; judged beside a chest strap.

Recordings are spread over five parts; each is judged by a program that was trained on the others.
Who sat for which recording is not told, so a person may be on both sides.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.heart.__main__ import STRIDE_S, strap_rates, windows
from benchmarks.heart.data import CAMERA_HZ, recordings
from motekit import dsp, models
from motekit.core.block import Signal
from motekit.core.learner import FeatureSet, Fold
from motekit.core.pipeline import BlockUse, Decision, PipelineSpec
from motekit.deploy.build import Built, Options, build
from motekit.dsp import pipeline
from motekit.graph.oracle import Oracle
from motekit.models.normalize import fit_normalizer, standard
from motekit.models.store import Trained
from motekit.workflows.assemble import assemble
from motekit.workflows.folds import add_proofs

BASELINE_MAE = 1.79  # a spectral peak; published with the notes of the data set
PARTS, CORE = 5, "cortex-m4f"


@dataclass(frozen=True)
class Option:
    """A regressor that competes."""

    name: str
    params: Any


def _options() -> tuple[Option, ...]:
    params = models.learner("regressor").params
    common = {"steps": 1200, "checkpoints": 4, "batch": 32}
    return (
        Option("linear", params(hidden=(), **common)),
        Option("network", params(hidden=(16,), **common)),
        Option("network with noise", params(hidden=(16,), noise=0.05, **common)),
    )


OPTIONS = _options()
NOTHING = np.empty(0, np.int64)
I64 = npt.NDArray[np.int64]


def load(data: Path) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float64], npt.NDArray[np.str_]]:
    """(windows of the red channel, rate of the strap per minute, recording) of every window that
    the strap covers."""
    x, rate, name = [], [], []
    for heart in recordings(data, 30.0):
        if heart.strap is None:
            continue
        starts, own = windows(heart)
        told = strap_rates(heart, starts)
        known = np.isfinite(told)
        x.append(own[known])
        rate.append(told[known])
        name.append(np.full(int(known.sum()), heart.name))
    return (
        np.concatenate(x)[..., None].astype(np.int16), np.concatenate(rate), np.concatenate(name)
    )  # fmt: skip


def errors(told: npt.NDArray[np.floating], truth: npt.NDArray[np.float64]) -> dict[str, float]:
    """Mean absolute error and its 95th percentile, per minute."""
    off = np.abs(told - truth)
    return {"mae": float(off.mean()), "p95": float(np.quantile(off, 0.95))}


def run(name: str, data: Path, out: Path, report: Callable[..., None]) -> dict[str, Any]:
    """Judge the programs of the held-out parts, then build the one of all recordings."""
    x, rate, recording = load(data)
    stride = round(STRIDE_S * CAMERA_HZ)
    signal = Signal(CAMERA_HZ, x.shape[1], stride, ("red",), ("count",), (1.0,))
    params = dsp.block("heart").params(invert=True, fastest_bpm=200.0, beats=True, amplitude=True)
    uses = (BlockUse("heart", params),)
    features = pipeline.reference(x, signal, uses).astype(np.float32)
    names = tuple(f.name for f in pipeline.describe(signal, uses))
    block = features[:, [n.endswith("rate") for n in names].index(True)]
    part = np.unique(recording, return_inverse=True)[1] % PARTS
    table = FeatureSet(features, np.zeros(len(x), np.int64), (), recording, names, rate)
    learner = models.learner("regressor")

    def fits(option: Option, trains: list[I64]) -> list[Trained]:
        norms = [fit_normalizer(features[rows]) for rows in trains]
        folds = tuple(
            Fold(rows, NOTHING, 1, standard(norm)) for rows, norm in zip(trains, norms, strict=True)
        )
        fitted = learner.fit(table, option.params, folds, lambda *_, **__: None)
        return [Trained(norm, model) for norm, model in zip(norms, fitted, strict=True)]

    def program(option: Option, rows: I64) -> PipelineSpec:
        (trained,) = fits(option, [rows])
        calibration = features[rows]
        return assemble("pulse", signal, uses, (), calibration, Decision(), None, None, trained)

    pairs = list(combinations(range(PARTS), 2))
    inner = np.zeros((len(OPTIONS), PARTS))  # error of each option on the parts beside a held one
    for o, option in enumerate(OPTIONS):
        report("inner folds", o, len(OPTIONS), option.name)
        trains = [np.flatnonzero(~np.isin(part, pair)) for pair in pairs]
        for pair, trained in zip(pairs, fits(option, trains), strict=True):
            for held, judged in (pair, pair[::-1]):
                rows = np.flatnonzero(part == judged)
                z = standard(trained.normalizer)(features[rows])
                off = np.abs(learner.predict(trained.fitted, z) - rate[rows]).mean()
                inner[o, held] += off / (PARTS - 1)
    chosen = [OPTIONS[int(inner[:, k].argmin())] for k in range(PARTS)]
    told, proofs = np.zeros(len(x)), []
    with Oracle() as oracle, tempfile.TemporaryDirectory() as scratch:
        for k, option in enumerate(chosen):
            report("held-out binaries", k, PARTS)
            rows = np.flatnonzero(part == k)
            spec = program(option, np.flatnonzero(part != k))
            built = build(spec, x[rows], Path(scratch), oracle, Options(CORE))
            told[rows] = spec.value.offset + spec.value.scale * built.emulated.outcome.value
            proofs.append(built.proof)
        final = OPTIONS[int(inner.mean(axis=1).argmin())]
        built = build(
            program(final, np.arange(len(x))), x, out / name / "builds", oracle, Options(CORE)
        )
    proof = add_proofs([*proofs, built.proof])
    proof.require()
    found = {
        "all": (errors(told, rate), errors(block, rate)),
        "answered": (errors(told[block > 0], rate[block > 0]),
                     errors(block[block > 0], rate[block > 0])),
    }  # fmt: skip
    out_of = {"windows": len(x), "answered": int((block > 0).sum())}
    names_ = [option.name for option in chosen]
    return _found(found, out_of, names_, final.name, proof.as_dict(), built)


def _found(
    found: dict[str, tuple[dict[str, float], dict[str, float]]], out_of: dict[str, int],
    chosen: list[str], final: str, proof: dict[str, object], built: Built,
) -> dict[str, Any]:  # fmt: skip
    bill = built.bill
    text = ["heart rate beside a chest strap, 20 s windows, mean absolute error per minute (95 %)"]
    for kind, count in (("all", out_of["windows"]), ("answered", out_of["answered"])):
        learned, block = found[kind]
        text.append(
            f"  {kind}, {count} windows: {learned['mae']:.2f} ({learned['p95']:.2f}) by held-out "
            f"binaries (emulated), {block['mae']:.2f} ({block['p95']:.2f}) by the block alone "
            "(measured)"
        )
    text += [
        f"baseline (spectral peak): {BASELINE_MAE}",
        f"chosen by inner folds: {', '.join(chosen)}; of all recordings: {final}",
        f"proof: {proof['mismatches']} mismatches in {proof['windows']} windows",
        f"{bill.core}: {bill.flash_bytes:,} B flash, {bill.static_ram_bytes:,} B RAM + "
        f"{bill.stack_bytes:,} B stack, {bill.cycles['total']:,.0f} cycles a window "
        f"({bill.cycles_tag})",
    ]
    return {
        "errors": {k: {"program": p, "block": b} for k, (p, b) in found.items()}, **out_of,
        "baseline_mae": BASELINE_MAE, "chosen": chosen, "final": final, "proof": proof,
        "bill": bill.as_dict(), "text": text,
    }  # fmt: skip
