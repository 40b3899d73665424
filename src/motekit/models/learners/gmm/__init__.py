"""Gaussian mixture: normal windows as a density; the score is how unlikely a window is in it.

Reference: Dempster, Laird, Rubin, "Maximum likelihood from incomplete data via the EM algorithm"
(1977), as scikit-learn's GaussianMixture does it.
"""

from __future__ import annotations

from motekit.core.learner import Learner

from .fit import fit, predict
from .lower import lower
from .params import Params

LEARNER = Learner(
    name="gmm",
    summary="anomaly detector: distance in a mixture of Gaussians of normal windows",
    task="anomaly",
    params=Params,
    fit=fit,
    predict=predict,
    lower=lower,
    package=__name__,
)
