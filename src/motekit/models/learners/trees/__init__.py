"""Trees: forests of scikit-learn on Q8.8 features, compiled to integer tables.

References: Breiman, "Random forests", Machine Learning 45 (2001); Geurts, Ernst, Wehenkel,
"Extremely randomized trees", Machine Learning 63 (2006).
"""

from __future__ import annotations

from motekit.core.learner import Learner

from .fit import fit, predict
from .lower import lower
from .params import Params

LEARNER = Learner(
    name="trees",
    summary="decision trees: extra trees, a random forest, or one tree",
    task="classifier",
    params=Params,
    fit=fit,
    predict=predict,
    lower=lower,
    package=__name__,
)
