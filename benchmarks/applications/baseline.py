"""What a usual classifier makes of the same windows in the same parts: 300 extra trees on
statistics of each channel and logarithms of its spectrum's bands, computed in float64 on the host.

No size or cost limits it; a mote's program should come near it or pass it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesClassifier

BANDS = 16
TREES = 300


def statistics(windows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(windows × samples × channels) → (windows × features), 11 + 16 of each channel.

    Mean, deviation, least, quartiles, greatest, RMS, mean absolute step, crossings of the mean,
    skewness; log10 of the Hann-windowed power in 16 bands of equal width above 0 Hz.
    """
    mean = windows.mean(axis=1)
    around = windows - mean[:, None]
    deviation = around.std(axis=1)
    safe = np.where(deviation > 0, deviation, 1.0)
    above = around > 0
    parts = [
        mean, deviation, *np.percentile(windows, (0, 25, 50, 75, 100), axis=1),
        np.sqrt((windows**2).mean(axis=1)), np.abs(np.diff(windows, axis=1)).mean(axis=1),
        (above[:, 1:] != above[:, :-1]).mean(axis=1), (around**3).mean(axis=1) / safe**3,
    ]  # fmt: skip
    taper = np.hanning(windows.shape[1])[:, None]
    power = np.abs(np.fft.rfft(around * taper, axis=1)[:, 1:]) ** 2
    bands = [band.sum(axis=1) for band in np.array_split(power, BANDS, axis=1)]
    return np.concatenate([*parts, *(np.log10(b + 1e-12) for b in bands)], axis=1)


def extra_trees(
    windows: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    groups: npt.NDArray[np.str_],
    parts: Sequence[Sequence[str]],
    seed: int = 1,
) -> dict[str, float]:
    """Accuracy on each group, by trees grown on the groups of the other parts.

    Args:
        windows: windows × samples × channels, in any unit.
        parts: groups that are held out together.
    """
    x = statistics(windows)
    found = {}
    for part in parts:
        held = np.isin(groups, part)
        trees = ExtraTreesClassifier(TREES, n_jobs=-1, random_state=seed)
        trees.fit(x[~held], labels[~held])
        right = trees.predict(x[held]) == labels[held]
        found |= {g: float(right[groups[held] == g].mean()) for g in part}
    return found
