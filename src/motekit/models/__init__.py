"""Features to models: learners as plugins, training, evaluation, quantization and lowering."""

from __future__ import annotations

from motekit.core.learner import Learner
from motekit.core.registry import Registry

LEARNERS: Registry[Learner] = Registry(
    package="motekit.models.learners",
    constant="LEARNER",
    kind="learner",
    group="motekit.learners",
)


def learner(name: str) -> Learner:
    """The learner of a name ("dense"). Raises InputError with the known names."""
    return LEARNERS.get(name)


def learner_names() -> tuple[str, ...]:
    """Names of all learners, sorted, without importing any."""
    return LEARNERS.names()
