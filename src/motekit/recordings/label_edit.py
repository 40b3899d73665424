"""Changes that a person makes to the labels of a recording, in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from motekit.core.errors import InputError, found_in

from .label_sets import Annotation, Labels
from .store import Store


def change_all(store: Store, names: Iterable[str], change: Callable[[str, Labels], Labels]) -> None:
    """Change the labels of recordings: of all of them, or, if one is refused, of none."""
    changed = {}
    for name in names:
        with found_in(name):
            changed[name] = change(name, store.labels(name))
    for name, labels in changed.items():
        store.annotate(name, partial(_given, labels))


def _given(labels: Labels, old: Labels) -> Labels:
    return labels


@dataclass(frozen=True)
class Given:
    """A label as a person gives it: of the whole, of a segment, or (no stop_s) of a moment."""

    label: str
    start_s: float | None
    stop_s: float | None
    who: str | None
    at: float | None

    def annotation(self, labels: Labels) -> Annotation:
        """In rows. A segment may end a little after the recording does."""
        if self.start_s is None:
            return Annotation("recording", self.label, who=self.who, at=self.at)
        start = round(self.start_s * labels.rate_hz)
        if self.stop_s is None:
            return Annotation("event", self.label, start, who=self.who, at=self.at)
        stop = round(self.stop_s * labels.rate_hz)
        if stop == labels.rows + 1:
            stop = labels.rows
        return Annotation("segment", self.label, start, stop, self.who, self.at)


def put(labels: Labels, name: str, given: Given) -> Labels:
    """A label more in a set ("" is the one in use). A whole recording's takes the place of the
    one it had. Raises InputError if it does not fit, or segments overlap."""
    name = name or labels.use
    new = given.annotation(labels)
    kept = [
        a for a in labels.of(name)
        if new.kind != "recording" or a.kind != "recording" or a.state == "proposed"
    ]  # fmt: skip
    return labels.with_set(name, [*kept, new])


def cleared(labels: Labels, name: str, label: str) -> Labels:
    """A set without the labels that are called so; "" for all of it. Raises InputError if there
    is nothing to take away."""
    name = name or labels.use
    kept = [a for a in labels.of(name) if label and a.label != label]
    if len(kept) == len(labels.of(name)):
        raise InputError("there is no such label", where=f"label set {name}", value=label or None)
    return labels.with_set(name, kept)
