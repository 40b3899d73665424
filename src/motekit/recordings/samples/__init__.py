"""Real recordings that come with motekit. Each folder is a set, with its licence and source."""

from __future__ import annotations

from collections.abc import Callable

from motekit.core.recording import Recording
from motekit.core.registry import Registry

SAMPLES: Registry[Callable[[], list[Recording]]] = Registry(
    package=__name__, constant="load", kind="set of recordings", group="motekit.samples"
)


def load(name: str) -> list[Recording]:
    """The recordings of a set. Raises InputError with the known names if there is none."""
    return SAMPLES.get(name)()
