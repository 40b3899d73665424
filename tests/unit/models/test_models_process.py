"""What a process pays for importing models, and that two processes train the same bits."""

from __future__ import annotations

import subprocess
import sys

IMPORT = """
import sys
from motekit import models
from motekit.models import train, runs, evaluate
for name in models.LEARNERS.names():
    models.learner(name)
heavy = {"jax", "optax", "sklearn", "scipy"} & {name.split(".")[0] for name in sys.modules}
assert not heavy, heavy
"""

TRAIN = """
import hashlib
import numpy as np
from motekit import models
from motekit.core.learner import Fold
from motekit.testing.learner import NOTHING, blobs, quiet
data = blobs()
digest = hashlib.sha256()
for name, given in (("dense", {"hidden": (8,), "steps": 60}), ("kmeans", {"clusters": 4})):
    learner = models.learner(name)
    z = ((data.z - data.z.mean(0)) / data.z.std(0)).astype(np.float32)
    ready = type(data)(z, data.labels, data.classes, data.groups, data.names)
    fold = Fold(np.arange(len(z)), NOTHING, 7)
    (fitted,) = learner.fit(ready, learner.params(**given), (fold,), quiet)
    for array in fitted.arrays.values():
        digest.update(array.tobytes())
print(digest.hexdigest())
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_naming_learners_imports_nothing_heavy() -> None:
    run(IMPORT)


def test_two_processes_train_the_same_bits() -> None:
    assert run(TRAIN) == run(TRAIN)
