"""Labels with a history: whole recordings, segments and events, in several sets, by whom and when.

The set in use is what training sees: its confirmed labels are the recording's `label` and
`segments`. The other sets are other opinions on the same samples. SPEC.md, "Project store".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, get_args

from motekit.core.errors import InputError

Kind = Literal["recording", "segment", "event"]
State = Literal["confirmed", "proposed"]
MAIN: Final = "main"
KEY: Final = "annotations"  # of a sidecar
LONGEST: Final = 200  # characters of a label or a set's name


@dataclass(frozen=True)
class Annotation:
    """One label.

    Args:
        kind: of the whole recording, of a segment, or at one moment.
        start, stop: rows of the first stream, stop exclusive; an event has no stop, a whole
            recording neither.
        who: who said so, at: when, seconds since the epoch; None where nobody knows.
        state: "proposed" labels wait for a person, and no training sees them.
        method: how it was found, if not by a person.
    """

    kind: Kind
    label: str
    start: int | None = None
    stop: int | None = None
    who: str | None = None
    at: float | None = None
    state: State = "confirmed"
    method: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the sidecar: what is not said is left out."""
        values = {
            "kind": self.kind, "label": self.label, "start": self.start, "stop": self.stop,
            "who": self.who, "at": self.at, "state": self.state, "method": self.method or None,
        }  # fmt: skip
        return {key: value for key, value in values.items() if value is not None}


def _order(annotation: Annotation) -> tuple[int, int, str]:
    return annotation.start or -1, annotation.stop or -1, annotation.label


@dataclass(frozen=True)
class Labels:
    """All label sets of a recording.

    Args:
        use: the set that training sees.
        rows: of the recording's first stream; rate_hz: its nominal rate.
    """

    rows: int
    rate_hz: float
    use: str = MAIN
    sets: Mapping[str, tuple[Annotation, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Annotation, ...]:
        """The labels of a set, in order of time; none if there is no such set."""
        return self.sets.get(name, ())

    def with_set(self, name: str, annotations: Iterable[Annotation]) -> Labels:
        """The same with another content of a set. Raises InputError if a label does not fit
        the recording, or confirmed segments overlap."""
        ordered = tuple(sorted(annotations, key=_order))
        _check_name(name, "label set")
        for annotation in ordered:
            _check(annotation, self.rows)
        _check_overlap(ordered)
        sets = {**self.sets, name: ordered}
        return replace(self, sets={key: value for key, value in sets.items() if value})

    def using(self, name: str) -> Labels:
        """The same with another set in use. Raises InputError if there is none of this name."""
        if name not in self.sets and name != MAIN:
            raise InputError("there is no label set of this name", value=name,
                             way_out=f"there are: {', '.join(self.sets) or 'none'}")  # fmt: skip
        return replace(self, use=name)

    def seconds(self, row: int | None) -> float | None:
        """The time of a row on the recording's clock, by the nominal rate."""
        return None if row is None else row / self.rate_hz


def _check_name(text: str, what: str) -> None:
    if not text or len(text) > LONGEST or any(ord(c) < 32 for c in text):
        raise InputError(f"a {what} needs 1 to {LONGEST} characters, none of them control "
                         "characters", value=text[:60])  # fmt: skip


def _check(annotation: Annotation, rows: int) -> None:
    _check_name(annotation.label, "label")
    start, stop, kind = annotation.start, annotation.stop, annotation.kind
    good = {
        "recording": start is None and stop is None,
        "segment": start is not None and stop is not None and 0 <= start < stop <= rows,
        "event": start is not None and stop is None and 0 <= start < rows,
    }[kind]
    if not good:
        raise InputError(
            f"this {kind} does not lie within the recording", value=f"{annotation.label}: "
            f"{start} to {stop}", way_out=f"the recording has rows 0 to {rows}",
        )  # fmt: skip


def _check_overlap(ordered: tuple[Annotation, ...]) -> None:
    confirmed = [a for a in ordered if a.state == "confirmed"]
    if sum(a.kind == "recording" for a in confirmed) > 1:
        raise InputError("a label set gives a whole recording one label", value=len(confirmed))
    end = 0
    for annotation in confirmed:
        if annotation.kind == "segment":
            assert annotation.start is not None and annotation.stop is not None
            if annotation.start < end:
                raise InputError(
                    "segments of one label set overlap", way_out="use another set",
                    value=f"{annotation.label}: {annotation.start} to {annotation.stop}",
                )  # fmt: skip
            end = annotation.stop


def read(known: Mapping[str, Any]) -> Labels:
    """The labels of a sidecar. One that has no sets holds its label and segments as `main`."""
    first, about = known["streams"][0], known["recording"]
    labels = Labels(int(first["rows"]), float(first["rate_hz"]))
    stored = known.get(KEY)
    if stored is not None:
        sets = {name: tuple(_read(a) for a in group) for name, group in stored["sets"].items()}
        return replace(labels, use=stored["use"], sets=sets)
    main = [Annotation("segment", label, start, stop) for label, start, stop in about["segments"]]
    if about["label"] is not None:
        main.insert(0, Annotation("recording", about["label"]))
    return replace(labels, sets={MAIN: tuple(main)} if main else {})


def _read(value: Mapping[str, Any]) -> Annotation:
    known = {key: value[key] for key in Annotation.__dataclass_fields__ if key in value}
    made = Annotation(**known)
    if made.kind not in get_args(Kind) or made.state not in get_args(State):
        raise InputError("unknown kind or state of a label", value=(made.kind, made.state))
    return made


def write(known: dict[str, Any], labels: Labels) -> None:
    """Put labels into a sidecar: the sets, and what the one in use makes of the recording."""
    sets = {name: [a.as_dict() for a in group] for name, group in sorted(labels.sets.items())}
    known[KEY] = {"use": labels.use, "sets": sets}
    used = [a for a in labels.of(labels.use) if a.state == "confirmed"]
    whole = [a.label for a in used if a.kind == "recording"]
    known["recording"]["label"] = whole[0] if whole else None
    known["recording"]["segments"] = [
        [a.label, a.start, a.stop] for a in used if a.kind == "segment"
    ]
