"""K-means: normal windows as clusters; the score is how far outside the nearest one lies.

Score as in Edge Impulse's K-means block (min over clusters of distance − largest distance of a
training window; below 0 is inside). The threshold is not a number to guess but follows from the
false-alarm rate that is allowed.
"""

from __future__ import annotations

from motekit.core.learner import Learner

from .fit import fit, predict
from .lower import lower
from .params import KmeansParams

LEARNER = Learner(
    name="kmeans",
    summary="anomaly detector: distance outside clusters of normal windows",
    task="anomaly",
    params=KmeansParams,
    fit=fit,
    predict=predict,
    lower=lower,
    package=__name__,
)
