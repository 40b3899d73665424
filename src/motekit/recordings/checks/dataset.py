"""What can only be said of all recordings together: balance, groups, rates, lengths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from motekit.core.recording import Recording
from motekit.recordings.units import NO_UNIT

from .finding import CheckParams, Finding

_EACH = 3  # short recordings that are reported one by one


@dataclass
class Dataset:
    """Collects a line on each recording by `add`; the samples are not kept."""

    params: CheckParams
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    recordings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    subjects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    missing: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rates: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, dict[tuple[object, ...], list[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    short: list[tuple[str, float]] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, recording: Recording) -> None:
        """Note what is needed of a recording."""
        self.count += 1
        first = recording.streams[0]
        length_s = len(first) / first.rate_hz
        spans = [(s.label, (s.stop - s.start) / first.rate_hz) for s in recording.segments]
        if recording.label is not None:
            spans = spans or [(recording.label, length_s)]
        for label, span in spans:
            self.seconds[label] += span
            self.recordings[label].add(recording.name)
            self.subjects[label].add(recording.subject or "")
        for key in ("subject", "session"):
            if getattr(recording, key) is None:
                self.missing[key].append(recording.name)
        if not spans:
            self.missing["label"].append(recording.name)
        if length_s < self.params.window_s:
            self.short.append((recording.name, length_s))
        if "by the step" in recording.metadata.get("time_unit", ""):
            self.assumed.append(recording.name)
        for stream in recording.streams:
            self.rates[stream.sensor].append((recording.name, stream.rate_hz))
            form = tuple((c.name, c.unit, c.scale) for c in stream.channels)
            self.forms[stream.sensor][form].append(recording.name)

    def findings(self) -> Iterator[Finding]:
        """Everything about the whole."""
        yield from self._groups()
        yield from self._balance()
        yield from self._rates()
        yield from self._forms()
        yield from self._short()
        if self.assumed:
            yield Finding(
                kind="time_unit", severity="note",
                what="the unit of the timestamps was told by their step alone",
                value=f"{len(self.assumed)} recordings, {self.assumed[0]!r} among them",
                expected="a unit in the header", way_out="give time_unit to be sure",
            )  # fmt: skip

    def _groups(self) -> Iterator[Finding]:
        for key in ("label", "subject", "session"):
            names = self.missing[key]
            if not names:
                continue
            some = len(names) < self.count
            yield Finding(
                kind=f"no_{key}", severity="warning" if some else "note",
                what=f"{'some' if some else 'no'} recordings say their {key}"
                if not some else f"some recordings do not say their {key}",
                value=f"{len(names)} of {self.count} without"
                + (f", {names[0]!r} among them" if some else ""),
                expected="all" if key != "session" else "all, if there are several",
                way_out=f"import with a {key}: column, file name pattern or sidecar",
            )  # fmt: skip

    def _balance(self) -> Iterator[Finding]:
        if not self.seconds:
            return
        if len(self.seconds) == 1:
            yield Finding(
                kind="one_class", severity="warning", what="there is one class only",
                value=next(iter(self.seconds)), expected="at least two for a classifier",
                way_out="record another class, or train an anomaly detector",
            )  # fmt: skip
        for label, names in sorted(self.recordings.items()):
            if len(names) == 1 and len(self.seconds) > 1:
                yield Finding(
                    kind="single_recording", severity="warning",
                    what=f"the class {label!r} has one recording only", value="1",
                    expected="at least 2, to train and to test",
                    way_out="record it again", recording=next(iter(names)),
                )  # fmt: skip
            elif len(self.subjects[label]) == 1 and len(set().union(*self.subjects.values())) > 1:
                yield Finding(
                    kind="single_subject", severity="warning",
                    what=f"the class {label!r} comes from one subject only",
                    value=next(iter(self.subjects[label])) or "unknown", expected="several",
                    way_out="record it with others: a split by subject cannot test it",
                )  # fmt: skip
        shortest = min(self.seconds, key=lambda k: self.seconds[k])
        longest = max(self.seconds, key=lambda k: self.seconds[k])
        ratio = self.seconds[longest] / max(self.seconds[shortest], 1e-9)
        if ratio > self.params.imbalance:
            yield Finding(
                kind="imbalance", severity="warning", what="the classes are not balanced",
                value=f"{longest!r} {self.seconds[longest]:.0f} s, "
                f"{shortest!r} {self.seconds[shortest]:.0f} s: {ratio:.0f} to 1",
                expected=f"at most {self.params.imbalance:g} to 1",
                way_out="record more of the rare class",
            )  # fmt: skip

    def _rates(self) -> Iterator[Finding]:
        for sensor, named in self.rates.items():
            rates = np.array([rate for _, rate in named])
            middle = float(np.median(rates))
            for name, rate in named:
                error = rate / middle - 1.0
                if abs(error) > self.params.rate_error:
                    yield Finding(
                        kind="rates_differ", severity="error" if abs(error) > 0.01 else "warning",
                        what="the rate differs from that of the other recordings",
                        value=f"{rate:.6g} Hz, {error * 100:+.2f} %",
                        expected=f"{middle:g} Hz within {self.params.rate_error * 100:g} %",
                        way_out="declare a resampling, or leave the recording out",
                        recording=name, sensor=sensor,
                    )  # fmt: skip

    def _forms(self) -> Iterator[Finding]:
        for sensor, forms in self.forms.items():
            usual = max(forms, key=lambda form: len(forms[form]))
            for form, names in forms.items():
                if form != usual:
                    yield Finding(
                        kind="channels_differ", severity="error",
                        what="channels, units or scales differ from the other recordings",
                        value=f"{_form(form)} in {len(names)} recordings",
                        expected=_form(usual), way_out="import them alike",
                        recording=names[0], sensor=sensor,
                    )  # fmt: skip
                silent = [str(c[0]) for c in form if isinstance(c, tuple) and c[1] == NO_UNIT]
                if silent:
                    yield Finding(
                        kind="no_unit", severity="note", what="the unit is not told",
                        value=f"{len(names)} recordings", expected="a unit",
                        way_out="import with units", sensor=sensor, channel=", ".join(silent[:6]),
                    )  # fmt: skip

    def _short(self) -> Iterator[Finding]:
        many = len(self.short) > _EACH
        for name, length_s in [min(self.short, key=lambda s: s[1])] if many else self.short:
            yield Finding(
                kind="short", severity="warning",
                what=f"{len(self.short)} recordings are shorter than a window, this one most"
                if many else "the recording is shorter than a window",
                value=f"{length_s:.3g} s", expected=f"at least {self.params.window_s:g} s",
                way_out="record longer, or take a shorter window", recording=name,
            )  # fmt: skip


def _form(form: tuple[object, ...]) -> str:
    return ", ".join(f"{c[0]} [{c[1]}]" for c in form[:6] if isinstance(c, tuple))
