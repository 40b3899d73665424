"""What a report shows: plain values, every number with its unit and how it came about.

Units of figures: "fraction" (0 to 1, printed as per cent), "B", "cycles", "instructions", "ms",
"µJ", "mWh", "dB", "days", "windows", or the unit of a feature. A series of numbers that share a
unit and a tag carries both once. A part that is None or empty was not run, and the report
says so or leaves it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from motekit.core.figures import Figure, Tag

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class SignalExcerpt:
    """A piece of one recording, to show what a class looks like.

    Args:
        values: one row of samples per channel, in `unit`.
    """

    label: str
    recording: str
    subject: str
    channels: tuple[str, ...]
    unit: str
    rate_hz: float
    values: tuple[Numbers, ...]


@dataclass(frozen=True)
class ClassCount:
    """How much there is of one class, or of one range of targets."""

    label: str
    recordings: int
    windows: int


@dataclass(frozen=True)
class Dataset:
    """What was learned from.

    Args:
        seconds: recorded time in all.
        window_s, stride_s: length of a window and the step between two.
        origin: where the recordings came from and their licence, one line; "" if not said.
        remarks: findings of the check, one line each.
        counted: what `classes` are: "class" or "target".
    """

    recordings: int
    subjects: int
    windows: int
    seconds: float
    rate_hz: float
    window_s: float
    stride_s: float
    classes: tuple[ClassCount, ...]
    signals: tuple[SignalExcerpt, ...] = ()
    origin: str = ""
    remarks: tuple[str, ...] = ()
    counted: str = "class"


@dataclass(frozen=True)
class MapPoint:
    """One window on the feature map; `predicted` by a model that never saw its subject."""

    x: float
    y: float
    label: str
    predicted: str
    subject: str = ""
    recording: str = ""
    start_s: float = 0.0

    @property
    def correct(self) -> bool:
        return self.label == self.predicted


@dataclass(frozen=True)
class FeatureMap:
    """The features of windows in two dimensions.

    Args:
        method: "LDA" or "PCA".
        axes: names of the two axes.
        explained: share of the (between-class or whole) variance on each axis, 0 to 1.
        total, total_wrong: windows there are and how many of them are misclassified; `points`
            may be a sample.
        features: how many features each window has.
        judged: whether `predicted` says anything; a value is not right or wrong.
        classes: the labels in the order of the legend; by name if empty.
        kind: what the labels are: "classes", "ranges of the value", "kinds".
    """

    method: str
    axes: tuple[str, str]
    explained: tuple[float, float]
    points: tuple[MapPoint, ...]
    total: int
    total_wrong: int
    features: int
    judged: bool = True
    classes: tuple[str, ...] = ()
    kind: str = "classes"


@dataclass(frozen=True)
class Curve:
    """One number per step. Curves with one `panel` ("loss", "accuracy") share axes."""

    name: str
    panel: str
    values: Numbers
    unit: str = ""


@dataclass(frozen=True)
class LearningCurves:
    """How training went.

    Args:
        best_epoch: step whose parameters were kept, counted from 1; None if it is not known.
        note: which fit this is ("final model", "fold without subject 3, seed 0").
        step: what the curves have one value per ("epoch", "checkpoint").
    """

    curves: tuple[Curve, ...]
    best_epoch: int | None = None
    note: str = ""
    step: str = "epoch"


@dataclass(frozen=True)
class Confusion:
    """Counts of windows: `counts[i][j]` of true class i, predicted class j."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    tag: Tag = "measured"


@dataclass(frozen=True)
class ClassScore:
    """How well one class is found. All three in "fraction"."""

    label: str
    precision: Figure
    recall: Figure
    f1: Figure
    windows: int


@dataclass(frozen=True)
class GroupValues:
    """A figure of one held-out subject (or session), one value per seed: accuracy or area under
    the curve from 0 to 1, or an error in its unit."""

    group: str
    values: Numbers
    windows: int


@dataclass(frozen=True)
class ReliabilityBin:
    """Windows whose top probability lies in [low, high): how often they are right."""

    low: float
    high: float
    confidence: float
    accuracy: float
    windows: int


@dataclass(frozen=True)
class Accuracy:
    """Held-out accuracy, each the mean over groups and seeds, in "fraction".

    Args:
        float_model, int8, emulated: the trained model, the integer C on the host, the binary
            on the emulated core; None where it was not run.
        group_kind: what was held out: "subject", "session", "recording".
        groups: per held-out group, over seeds.
        spread_groups, spread_seeds: standard deviation over groups and over seeds, "fraction".
        calibration_error: expected calibration error of the probabilities, "fraction".
    """

    float_model: Figure
    int8: Figure | None
    emulated: Figure | None
    group_kind: str = "subject"
    groups: tuple[GroupValues, ...] = ()
    spread_groups: Figure | None = None
    spread_seeds: Figure | None = None
    confusion: Confusion | None = None
    classes: tuple[ClassScore, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    calibration_error: Figure | None = None


@dataclass(frozen=True)
class ErrorPoint:
    """One held-out window of a regressor."""

    true: float
    told: float
    group: str = ""
    recording: str = ""
    start_s: float = 0.0


@dataclass(frozen=True)
class Errors:
    """Held-out errors of a regressor, all in the unit of what it tells.

    Args:
        float_model, int8, emulated: mean absolute error, the mean over groups and seeds.
        name: what it tells ("label", "strap.rate").
        rmse, p95, bias: root of the mean square, what 95 % stay below, mean of told − true.
        guess: mean absolute error of the best single number.
        points: some windows of the first seed; `total` is how many there are.
    """

    name: str
    unit: str
    float_model: Figure
    int8: Figure
    emulated: Figure
    rmse: Figure
    p95: Figure
    bias: Figure
    guess: Figure
    spread_groups: Figure
    spread_seeds: Figure
    group_kind: str = "subject"
    groups: tuple[GroupValues, ...] = ()
    points: tuple[ErrorPoint, ...] = ()
    total: int = 0


@dataclass(frozen=True)
class Detection:
    """How well a detector does on groups it has not seen.

    Args:
        float_model, int8, emulated: area under the ROC curve, the mean over groups and seeds;
            None without known anomalies.
        pooled: the area over all windows, each above the threshold of its own model.
        alarms: normal windows above the threshold; found: anomalies above it. In "fraction", of
            the first seed's binaries.
        roc: (false alarms, found), 0 to 1.
    """

    windows: int
    anomalies: int
    float_model: Figure | None
    int8: Figure | None
    emulated: Figure | None
    pooled: Figure | None
    alarms: Figure | None
    found: Figure | None
    allowed: Figure
    spread_groups: Figure
    spread_seeds: Figure
    group_kind: str = "subject"
    groups: tuple[GroupValues, ...] = ()
    roc: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class ScoreHistogram:
    """Anomaly scores of one set of windows ("training", "held out", "injected faults").

    Args:
        shares: share of the set's windows in each bin, 0 to 1; bins as in AnomalyScores.edges.
        above: share of the set above the threshold.
    """

    name: str
    shares: Numbers
    windows: int
    above: Figure


@dataclass(frozen=True)
class AnomalyScores:
    """Distributions of the anomaly score and the threshold calibrated on held-out data.

    Args:
        edges: bin edges, one more than bins.
        unit: what a score is counted in.
        allowed: the false-alarm rate the threshold was calibrated to, "fraction".
    """

    edges: Numbers
    unit: str
    threshold: Figure
    allowed: Figure
    sets: tuple[ScoreHistogram, ...]


@dataclass(frozen=True)
class LeakAudit:
    """The same model under a split that leaks and one that does not: accuracies in "fraction",
    or errors in their unit."""

    random_split: Figure
    grouped_split: Figure
    group_kind: str = "subject"


@dataclass(frozen=True)
class LayerNoise:
    """Signal-to-quantization-noise of one layer's output."""

    layer: str
    op: str
    sqnr: Figure
    weights: int = 0
    macs: int = 0


@dataclass(frozen=True)
class PartCost:
    """What one part of the program takes: "dsp", "network", "anomaly", "glue".

    None where the part has no figure of its own (a part's stack is only its share of the
    high-water mark, not a summand).
    """

    part: str
    flash: Figure | None = None
    static_ram: Figure | None = None
    stack: Figure | None = None
    cycles: Figure | None = None


@dataclass(frozen=True)
class BoardCost:
    """One window on one board: latency in ms, energy in µJ, with their intervals."""

    board: str
    title: str
    latency: Figure
    energy: Figure
    clock_hz: float = 0.0


@dataclass(frozen=True)
class CoreCost:
    """The bill of the whole program on one core.

    Args:
        cycles: per window.
        parts: may be empty where only totals are known.
        flash_split: what the flash is filled with ("code", "network constants" …), for builds
            whose code is not told apart by part; in the order to be shown.
        compiler: what it was compiled with ("zig cc 0.17.0, -Os").
    """

    core: str
    flash: Figure
    static_ram: Figure
    stack: Figure
    cycles: Figure
    parts: tuple[PartCost, ...] = ()
    boards: tuple[BoardCost, ...] = ()
    compiler: str = ""
    flash_split: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Budget:
    """A limit of the project and what the build took. Same unit."""

    name: str
    limit: Figure
    actual: Figure

    @property
    def kept(self) -> bool:
        return self.actual.value <= self.limit.value


@dataclass(frozen=True)
class Battery:
    """Battery life of one board, in days: decide on the mote, or stream every sample.

    Args:
        battery: capacity, "mWh".
        classify, stream: with their intervals; `stream` is None on a board without a radio.
        assumptions: one line each: duty cycle, what is sent, what sleeps, sources.
    """

    board: str
    title: str
    battery: Figure
    classify: Figure
    stream: Figure | None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One thing the proof compared: `what` of the binary with `against`, over windows."""

    what: str
    against: str
    windows: int
    mismatches: int


@dataclass(frozen=True)
class MatrixCell:
    """One build of the matrix. `mismatches` is None where the compiler does not have the core."""

    core: str
    compiler: str
    level: str
    windows: int
    mismatches: int | None
    note: str = ""


@dataclass(frozen=True)
class Proof:
    """The verdict: the real binary, window by window, against its references.

    Args:
        windows, mismatches, feature_flips, decision_flips: in "windows".
        dsp_max_error, dsp_bound: largest error of a feature against the float64 reference
            and the bound stated before the run, both in the feature's own share of its bound
            or in its unit.
        compared: each comparison.
        matrix: core × compiler × -O level, empty if it was not run.
    """

    core: str
    windows: Figure
    mismatches: Figure
    feature_flips: Figure
    decision_flips: Figure
    dsp_max_error: Figure
    dsp_bound: Figure
    compared: tuple[Comparison, ...] = ()
    matrix: tuple[MatrixCell, ...] = ()

    @property
    def holds(self) -> bool:
        """No mismatch anywhere and every feature within its bound."""
        return (
            self.mismatches.value == 0
            and self.dsp_max_error.value <= self.dsp_bound.value
            and not any(cell.mismatches for cell in self.matrix)
            and not any(row.mismatches for row in self.compared)
        )


@dataclass(frozen=True)
class Provenance:
    """Where every figure came from.

    Args:
        version: of motekit.
        command: what reproduces the report.
        tools: tool → version (compiler, emulator, interpreter).
        hashes: artefact → SHA-256.
        paths: artefact → path relative to the report.
    """

    version: str
    command: str
    tools: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NextStep:
    """What to type next, and why."""

    command: str
    why: str


@dataclass(frozen=True)
class ReportData:
    """A whole report.

    Args:
        title: name of the project.
        summary: what the program does, one sentence.
        main_core, main_board: the core and board the headline figures are of.
        accuracy, errors, detection: one of them, as the model is a classifier, a regressor or a
            detector on its own.
    """

    title: str
    summary: str
    dataset: Dataset
    provenance: Provenance
    accuracy: Accuracy | None = None
    errors: Errors | None = None
    detection: Detection | None = None
    main_core: str = "cortex-m4f"
    main_board: str = ""
    feature_map: FeatureMap | None = None
    learning: LearningCurves | None = None
    anomaly: AnomalyScores | None = None
    leak_audit: LeakAudit | None = None
    quantization: tuple[LayerNoise, ...] = ()
    cores: tuple[CoreCost, ...] = ()
    budgets: tuple[Budget, ...] = ()
    battery: Battery | None = None
    proof: Proof | None = None
    next_steps: tuple[NextStep, ...] = ()

    @property
    def judged(self) -> Accuracy | Errors | Detection:
        """What the model was judged by. Raises ValueError if there is nothing."""
        found = self.accuracy or self.errors or self.detection
        if found is None:
            raise ValueError("a report needs accuracy, errors or detection")
        return found
