"""A report with every part filled in. The numbers are made up, within what is plausible."""

from __future__ import annotations

import math

import numpy as np
import pytest

from motekit.core.figures import Figure
from motekit.core.learner import FeatureSet
from motekit.report.data import (
    Accuracy,
    AnomalyScores,
    Battery,
    BoardCost,
    Budget,
    ClassCount,
    ClassScore,
    Comparison,
    Confusion,
    CoreCost,
    Curve,
    Dataset,
    GroupValues,
    LayerNoise,
    LeakAudit,
    LearningCurves,
    MatrixCell,
    NextStep,
    PartCost,
    Proof,
    Provenance,
    ReliabilityBin,
    ReportData,
    ScoreHistogram,
    SignalExcerpt,
)
from motekit.report.map import feature_map

CLASSES = (
    "abduction",
    "external rotation",
    "forward elevation",
    "internal rotation",
    "pendulum",
    "rows",
    "trapezius extension",
)
RATE = 50.0


def measured(value: float, unit: str) -> Figure:
    return Figure(value, unit, "measured")


def emulated(value: float, unit: str) -> Figure:
    return Figure(value, unit, "emulated")


def _signal(index: int) -> SignalExcerpt:
    rng = np.random.default_rng(index)
    t = np.arange(200) / RATE
    swing = np.sin(2 * math.pi * (0.4 + 0.1 * index) * t)
    rows = [
        a + b * swing + rng.normal(0, 0.25, t.size)
        for a, b in ((9.1 - index, 2.0), (-1.5, 3.0 - 0.4 * index), (1.0 + index, -1.2))
    ]
    values = tuple(tuple(round(float(v), 3) for v in row) for row in rows)
    return SignalExcerpt(
        CLASSES[index], f"s{index + 1}_r0{index}", str(index + 1),
        ("accX", "accY", "accZ"), "m/s2", RATE, values,
    )  # fmt: skip


def _dataset() -> Dataset:
    counts = (310, 286, 301, 277, 344, 292, 323)
    return Dataset(
        recordings=112, subjects=8, windows=sum(counts), seconds=2311.0, rate_hz=RATE,
        window_s=2.0, stride_s=1.0,
        classes=tuple(ClassCount(n, 16, c) for n, c in zip(CLASSES, counts, strict=True)),
        signals=tuple(_signal(i) for i in range(len(CLASSES))),
        origin="spar_watch: wrist accelerometer, BSD-3-Clause, David M. Burns 2018.",
        remarks=("Every class is scripted: there is no idle class.",),
    )  # fmt: skip


def _map():  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(7), 200)
    centres = rng.normal(0, 1.6, (7, 18))
    z = (centres[labels] + rng.normal(0, 1, (labels.size, 18))).astype(np.float32)
    predicted = np.where(rng.random(labels.size) < 0.14, rng.integers(0, 7, labels.size), labels)
    names = np.array([f"s{i % 8 + 1}_r{i % 14:02d}" for i in range(labels.size)])
    who = np.array([str(i % 8 + 1) for i in range(labels.size)])
    data = FeatureSet(z, labels.astype(np.int64), CLASSES, who)
    return feature_map(data, predicted.astype(np.int64), names, np.arange(labels.size) % 20 * 1.0)


def _learning() -> LearningCurves:
    n = 60
    fall = [1.9 * math.exp(-i / 11) + 0.22 for i in range(n)]
    held = [1.9 * math.exp(-i / 11) + 0.34 + 0.003 * max(0, i - 38) for i in range(n)]
    up = [0.95 - 0.75 * math.exp(-i / 9) for i in range(n)]
    held_up = [0.90 - 0.72 * math.exp(-i / 9) - 0.0006 * max(0, i - 38) for i in range(n)]
    return LearningCurves(
        (
            Curve("training", "loss", tuple(fall), "nats"),
            Curve("validation", "loss", tuple(held), "nats"),
            Curve("training", "accuracy", tuple(up), "fraction"),
            Curve("validation", "accuracy", tuple(held_up), "fraction"),
        ),
        best_epoch=43,
        note="final model, validated on two of its subjects",
    )


def _accuracy() -> Accuracy:
    rng = np.random.default_rng(5)
    counts = rng.integers(0, 14, (7, 7))
    counts[rng.random((7, 7)) < 0.35] = 0
    np.fill_diagonal(counts, rng.integers(215, 310, 7))
    rows = tuple(tuple(int(v) for v in row) for row in counts)
    scores = tuple(
        ClassScore(
            name,
            measured(counts[i, i] / counts[:, i].sum(), "fraction"),
            measured(counts[i, i] / counts[i].sum(), "fraction"),
            measured(2 * counts[i, i] / (counts[i].sum() + counts[:, i].sum()), "fraction"),
            int(counts[i].sum()),
        )
        for i, name in enumerate(CLASSES)
    )
    means = (0.91, 0.84, 0.78, 0.88, 0.71, 0.86, 0.9, 0.81)
    groups = tuple(
        GroupValues(
            str(i + 1), tuple(float(v) for v in np.clip(m + rng.normal(0, 0.015, 5), 0, 1)), 260 + i
        )
        for i, m in enumerate(means)
    )
    bins = tuple(
        ReliabilityBin(i / 10, (i + 1) / 10, i / 10 + 0.05, min(1, i / 10 + 0.02), 10 + 25 * i)
        for i in range(3, 10)
    )
    return Accuracy(
        measured(0.8371, "fraction"), measured(0.8362, "fraction"), emulated(0.8362, "fraction"),
        "subject", groups, measured(0.061, "fraction"), measured(0.007, "fraction"),
        Confusion(CLASSES, rows), scores, bins, measured(0.031, "fraction"),
    )  # fmt: skip


def _anomaly() -> AnomalyScores:
    edges = tuple(float(v) for v in np.linspace(0, 12, 41))
    middle = np.array(edges[:-1]) + 0.15

    def bell(centre: float, width: float) -> tuple[float, ...]:
        h = np.exp(-0.5 * ((middle - centre) / width) ** 2)
        return tuple(float(v) for v in h / h.sum())

    return AnomalyScores(
        edges, "standard deviations", measured(4.4, "standard deviations"),
        measured(0.01, "fraction"),
        (
            ScoreHistogram("training", bell(1.8, 0.7), 1700, measured(0.006, "fraction")),
            ScoreHistogram("held out", bell(2.2, 0.9), 433, measured(0.0098, "fraction")),
            ScoreHistogram("injected faults", bell(7.5, 1.8), 433, measured(0.957, "fraction")),
        ),
    )  # fmt: skip


PARTS = (("dsp", 2180, 96, 168, 31200), ("network", 1740, 48, 120, 5120),
         ("anomaly", 520, 16, 72, 1890), ("glue", 430, 744, 64, 2210))  # fmt: skip
CORES = (
    ("cortex-m0plus", 1.18, 6.4, "emulated", (("rp2040", "Raspberry Pi Pico (RP2040)", 125e6),)),
    ("cortex-m4f", 1.0, 1.0, "emulated", (("nrf52840", "nRF52840 DK", 64e6),
                                          ("stm32l4r5", "NUCLEO-L4R5ZI", 120e6))),
    ("cortex-m33", 1.0, 0.98, "estimated", (("nrf5340", "nRF5340 DK", 128e6),)),
    ("cortex-m7", 1.02, 0.62, "estimated", (("stm32h7", "NUCLEO-H743ZI", 480e6),)),
    ("riscv32imc", 1.22, 5.7, "estimated", (("esp32c3", "ESP32-C3-DevKitM", 160e6),)),
)  # fmt: skip


def _core(name: str, size: float, slow: float, tag: str, boards: tuple) -> CoreCost:  # type: ignore[type-arg]
    parts = tuple(
        PartCost(
            part, measured(round(flash * size), "B"), measured(ram, "B"), emulated(stack, "B"),
            Figure(round(cycles * slow), "cycles", tag),
        )
        for part, flash, ram, stack, cycles in PARTS
    )  # fmt: skip
    cycles = sum(p.cycles.value for p in parts)
    return CoreCost(
        name, measured(sum(p.flash.value for p in parts), "B"), measured(904, "B"),
        emulated(168, "B"), Figure(cycles, "cycles", tag), parts,
        tuple(
            BoardCost(
                board, title,
                Figure(1e3 * cycles * 1.15 / hz, "ms", "estimated", 1e3 * cycles / hz,
                       1.3e3 * cycles / hz),
                Figure(cycles * 160e-6, "µJ", "estimated", cycles * 120e-6, cycles * 210e-6), hz,
            )
            for board, title, hz in boards
        ),
        "zig cc 0.17.0, -Os",
        {
            "code": measured(3100 * size, "B"), "network constants": measured(1200, "B"),
            "dsp constants": measured(380, "B"), "other": measured(190, "B"),
        },
    )  # fmt: skip


def _proof() -> Proof:
    windows = 2133
    cells = []
    for core, *_ in CORES:
        for compiler in ("zig", "gcc"):
            for level in ("-O0", "-Os", "-O2", "-O3"):
                lacks = compiler == "gcc" and core == "riscv32imc"
                cells.append(MatrixCell(core, compiler, level, 64, None if lacks else 0))
    return Proof(
        "cortex-m4f", emulated(windows, "windows"), emulated(0, "windows"),
        emulated(11, "windows"), emulated(1, "windows"),
        emulated(3.1e-6, "of full scale"), measured(2.4e-5, "of full scale"),
        (
            Comparison("features", "host C, bit for bit", windows, 0),
            Comparison("class scores", "LiteRT reference interpreter", windows, 0),
            Comparison("anomaly scores", "integer reference", windows, 0),
            Comparison("features", "float64 reference, within the bound", windows, 0),
        ),
        tuple(cells),
    )  # fmt: skip


def make_report(**changes: object) -> ReportData:
    """The whole sample; keyword arguments replace its fields."""
    given: dict[str, object] = dict(
        title="Shoulder exercises",
        summary="Tells seven physiotherapy exercises apart from a wrist accelerometer and says "
        "when a movement is none of them.",
        dataset=_dataset(),
        accuracy=_accuracy(),
        provenance=Provenance(
            "0.1.0", "motekit demo shoulder",
            {"compiler": "zig cc 0.17.0", "emulator": "unicorn 2.1.4", "LiteRT": "2.3.0"},
            {"model": "9f2c" * 16, "elf": "07ab" * 16},
            {"C": "c/", "ELF": "elf/cortex-m4f.elf", "proof pack": "proof/"},
        ),
        main_board="nrf52840",
        feature_map=_map(),
        learning=_learning(),
        anomaly=_anomaly(),
        leak_audit=LeakAudit(measured(0.981, "fraction"), measured(0.8371, "fraction")),
        quantization=(
            LayerNoise("features", "quantize", measured(41.2, "dB")),
            LayerNoise("dense_0", "fully_connected", measured(33.8, "dB"), 576, 576),
            LayerNoise("dense_1", "fully_connected", measured(29.4, "dB"), 512, 512),
            LayerNoise("logits", "fully_connected", measured(30.9, "dB"), 112, 112),
        ),
        cores=tuple(_core(*core) for core in CORES),
        budgets=(
            Budget("flash on cortex-m4f", measured(8192, "B"), measured(4870, "B")),
            Budget("RAM on cortex-m4f", measured(2048, "B"), emulated(1072, "B")),
        ),
        battery=Battery(
            "nrf52840", "nRF52840 DK", measured(675, "mWh"),
            Figure(1290, "days", "estimated", 990, 1510), Figure(71, "days", "estimated", 48, 103),
            ("One window a second; the sensor draws nothing.", "Only decisions are sent."),
        ),
        proof=_proof(),
        next_steps=(
            NextStep("motekit new gestures", "start a project of your own"),
            NextStep("motekit prove --matrix", "every core, compiler and -O level"),
        ),
    )  # fmt: skip
    return ReportData(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def report() -> ReportData:
    return make_report()


@pytest.fixture(scope="session")
def build():  # type: ignore[no-untyped-def]
    return make_report
