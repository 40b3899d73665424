"""The sentence above every section: what its figures say, from the figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from motekit.core.figures import Figure
from motekit.models.judge import SWAPPED

from .data import Accuracy, Detection, Errors, ReportData
from .formats import count, days, figure, number


@dataclass(frozen=True)
class Section:
    """A part of the page: anchor, heading, and what it says in a sentence or two."""

    id: str
    title: str
    lead: str


def points(a: Figure, b: Figure) -> str:
    """Difference of two accuracies in percentage points."""
    return f"{abs(a.value - b.value) * 100:.1f}"


def _signals(d: ReportData) -> str:
    s = d.dataset
    return (
        f"{count(s.recordings, 'recording')} of {count(s.subjects, 'subject')}, "
        f"{s.seconds / 60:.0f}\u00a0minutes at {s.rate_hz:g}\u00a0Hz, cut into "
        f"{count(s.windows, 'window')} of {s.window_s:g}\u00a0s, one every "
        f"{s.stride_s:g}\u00a0s."
    )


def _features(d: ReportData) -> str:
    m = d.feature_map
    if m is None:
        return "The map was not drawn."
    share = m.total_wrong / m.total if m.total else 0.0
    drawn = (
        "" if len(m.points) == m.total else f" {len(m.points):,} of them are drawn, evenly chosen."
    )
    axes = f"that separate the {m.kind}" if m.method == "LDA" else "along which they differ most"
    text = f"{m.features} features of {m.total:,} windows on two axes {axes}."
    if m.judged:
        text += (
            f" {m.total_wrong:,} ({100 * share:.1f} %) were misclassified by a model that had not "
            f"seen their {d.judged.group_kind}; they are ringed."
        )
    return text + drawn


def _learning(d: ReportData) -> str:
    if d.learning is None:
        return "No learning curves were kept."
    kept = d.learning.best_epoch
    end = f"; the parameters of {d.learning.step} {kept} were kept" if kept is not None else ""
    return f"{d.learning.note or 'The fit'}{end}.".capitalize()


def _judged(d: ReportData) -> str:
    if d.errors is not None:
        return _errors(d.errors)
    if d.detection is not None:
        return _detection(d.detection)
    return _accuracy(d.accuracy) if d.accuracy is not None else ""


def _errors(e: Errors) -> str:
    better = e.guess.value / e.emulated.value if e.emulated.value else 0.0
    return (
        f"On {e.group_kind}s that took no part in training the float model is off by "
        f"{figure(e.float_model)} on average, the int8 C code by {figure(e.int8)}, the binary on "
        f"the emulated core by {figure(e.emulated)}. Always telling the median would be off by "
        f"{figure(e.guess)}, {better:.1f} times as much. 95 % of the windows are off by less than "
        f"{figure(e.p95)}. Spread: {figure(e.spread_groups)} over {e.group_kind}s, "
        f"{figure(e.spread_seeds)} over seeds."
    )


def _detection(e: Detection) -> str:
    kind = e.group_kind
    alarms = figure(e.alarms) if e.alarms is not None else "none"
    text = f"{alarms} of the normal windows of {kind}s never heard raise an alarm"
    if e.found is not None:
        text += f", and {figure(e.found)} of the {e.anomalies:,} anomalies do"
    if e.emulated is None or e.pooled is None:
        return f"{text}. No anomaly was recorded, so how many would be found is not known."
    return (
        f"{text}. Area under the ROC curve: {figure(e.emulated)} by the binaries, mean over "
        f"{kind}s (± {number(e.spread_groups.value)}), {figure(e.pooled)} over all windows, each "
        "above the threshold of its own model; 0.5 is chance."
    ) + (f" Warning: {SWAPPED}" if e.emulated.value < 0.5 else "")


def _accuracy(a: Accuracy) -> str:
    text = f"The float model is right on {figure(a.float_model)} of held-out windows"
    if a.int8 is not None:
        text += f", the int8 C code on {figure(a.int8)} ({points(a.float_model, a.int8)} points off"
        text += ")"
    if a.emulated is not None:
        same = a.int8 is not None and a.int8.value == a.emulated.value
        text += f", the binary on the emulated core on {figure(a.emulated)}"
        text += ", exactly the same" if same else ""
    spread = [
        f"{number(s.value, s.unit)} points over {name}"
        for s, name in ((a.spread_groups, f"{a.group_kind}s"), (a.spread_seeds, "seeds"))
        if s is not None
    ]
    return f"{text}." + (f" Spread: {', '.join(spread)}." if spread else "")


def _anomaly(d: ReportData) -> str:
    if d.anomaly is None:
        return "This pipeline has no anomaly detector."
    return (
        f"The threshold is the lowest at which groups that took no part in setting it raise a "
        f"false alarm in at most {figure(d.anomaly.allowed)} of their windows."
    )


def _leak(d: ReportData) -> str:
    audit = d.leak_audit
    if audit is None:
        return "The audit was not run."
    gap = (audit.random_split.value - audit.grouped_split.value) * 100
    if d.errors is not None:
        return (
            f"Splitting random windows would have promised an error of "
            f"{figure(audit.random_split)}; new {audit.group_kind}s get "
            f"{figure(audit.grouped_split)}. The difference is what leaks when neighbouring "
            "windows fall on both sides of a split."
        )
    return (
        f"Splitting random windows would have promised {figure(audit.random_split)}; new "
        f"{audit.group_kind}s get {figure(audit.grouped_split)}. The gap of {gap:.1f} points is "
        "what leaks when neighbouring windows fall on both sides of a split."
    )


def _quantization(d: ReportData) -> str:
    if not d.quantization:
        return "The model is not quantized."
    worst = min(d.quantization, key=lambda n: n.sqnr.value)
    return (
        f"Noise that int8 adds, layer by layer: higher is better, 6 dB is one bit. "
        f"The noisiest layer is {worst.layer} with {figure(worst.sqnr)}."
    )


def _bill(d: ReportData) -> str:
    if not d.cores:
        return "Nothing was built."
    kept = sum(b.kept for b in d.budgets)
    budget = f" {kept} of {len(d.budgets)} budgets are kept." if d.budgets else ""
    return (
        "The whole program: window buffer, signal processing, network, anomaly detector and "
        f"glue, read from the linked file and counted while it ran.{budget}"
    )


def _boards(d: ReportData) -> str:
    life = d.battery
    text = "The cycles above with each board's clock, wait states and energy per cycle."
    if life is None or life.stream is None:
        return text
    times = life.classify.value / life.stream.value if life.stream.value else 0.0
    return (
        f"{text} On {life.title} a {figure(life.battery)} battery lasts "
        f"{days(life.classify.value)} when the mote decides and {days(life.stream.value)} when it "
        f"streams raw samples: {times:.1f} times as long."
    )


def _proof(d: ReportData) -> str:
    p = d.proof
    if p is None:
        return "The binary has not been run."
    return (
        f"The real {p.core} binary was run on {count(p.windows.value, 'window')} and compared "
        f"with its references: {count(p.mismatches.value, 'mismatch', 'mismatches')}. Float "
        "arithmetic may move a feature across a quantization step of the float64 reference: "
        f"that happened {count(p.feature_flips.value, 'time')} and changed "
        f"{count(p.decision_flips.value, 'decision')}."
    )


def verdict(d: ReportData) -> str:
    """The proof in one line, for the top of the page."""
    p = d.proof
    if p is None:
        return ""
    return (
        f"{count(p.windows.value, 'window')} on {p.core}: "
        f"{count(p.mismatches.value, 'mismatch', 'mismatches')}, "
        f"{count(p.decision_flips.value, 'decision flip')}"
    )


_SECTIONS: tuple[tuple[str, str, Callable[[ReportData], str], Callable[[ReportData], object]], ...]
_SECTIONS = (
    ("signals", "Signals", _signals, lambda d: True),
    ("features", "Features", _features, lambda d: d.feature_map),
    ("learning", "Learning", _learning, lambda d: d.learning),
    ("accuracy", "Accuracy", _judged, lambda d: True),
    ("leaks", "Leak audit", _leak, lambda d: d.leak_audit),
    ("anomaly", "Anomalies", _anomaly, lambda d: d.anomaly),
    ("quantization", "Quantization", _quantization, lambda d: d.quantization),
    ("bill", "Bill", _bill, lambda d: d.cores),
    ("boards", "Boards", _boards, lambda d: d.battery or any(c.boards for c in d.cores)),
    ("proof", "Proof", _proof, lambda d: d.proof),
    ("origin", "Origin", lambda d: "", lambda d: True),
)


def sections(data: ReportData) -> tuple[Section, ...]:
    """The sections that have something to show, in reading order."""
    named = {"accuracy": "Errors" if data.errors else "Detection" if data.detection else "Accuracy"}
    return tuple(
        Section(id_, named.get(id_, title), say(data))
        for id_, title, say, there in _SECTIONS
        if there(data)
    )
