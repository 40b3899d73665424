"""Weights of the cosine transform as the C reads them: in rows, or in one table for all rows.

Row k meets band i with cos(π k (2i + 1) / 2n), n bands. All those angles are multiples j of π / 2n,
so that n + 1 cosines of a quarter of a turn give every weight but for its sign. Rows are made of
them, too: both forms give the same bits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .plan import AudioPlan

CODE_BYTES = {"float": 184, "fixed": 136}  # of folding angles, as the compiler makes of it


def scale(pl: AudioPlan, k: int) -> float:
    """What a weight of 1 in coefficient k's row stands for in fixed point."""
    return math.sqrt((1 if k == 0 else 2) / _bands(pl))


def _bands(pl: AudioPlan) -> int:
    assert pl.cosines is not None
    return int(pl.cosines.shape[1])


def quarter(pl: AudioPlan, fixed: bool) -> npt.NDArray[Any]:
    """cos(π j / 2n), j = 0 … n: in 2^-15ths, or as float32 times what features want.

    In float the weight of row 0 follows, unless there is no such row.
    """
    n = _bands(pl)
    cosines = np.cos(np.pi * np.arange(n + 1) / (2 * n))
    cosines[n] = 0.0
    if fixed:
        return np.minimum(np.round(cosines * 32768), 32767).astype(np.int16)
    unit = (1.0 if pl.pcen else math.log(10)) * math.sqrt(1 / n)
    return np.append(cosines * unit * math.sqrt(2), [] if pl.energy else unit).astype(np.float32)


def rows(pl: AudioPlan, fixed: bool) -> npt.NDArray[Any]:
    """Weights of the first half of the bands, (n + 1) // 2, of every row that is used."""
    n = _bands(pl)
    table = quarter(pl, fixed)
    k = np.arange(1 if pl.energy else 0, pl.values)[:, None]
    turn = k * (2 * np.arange((n + 1) // 2) + 1) % (4 * n)
    fold = np.minimum(turn, 4 * n - turn)
    out = np.where(fold > n, -table[np.minimum(2 * n - fold, n)], table[np.minimum(fold, n)])
    if not fixed and not pl.energy:
        out[0] = table[-1]
    return np.asarray(out)


def fields(pl: AudioPlan, fixed: bool, folded: bool) -> dict[str, Any]:
    """Fields of mk_audio_params for the rows, or for the one table."""
    n = _bands(pl)
    out: dict[str, Any] = {"coefficients": pl.values, "energy": int(pl.energy)}
    if folded:
        return out | {"cosines": quarter(pl, fixed), "folded": 1}
    weights = rows(pl, fixed)
    if not fixed:  # odd rows begin in the middle, as differences of bands lie
        odd = (np.arange(pl.values - len(weights), pl.values) % 2 == 1)[:, None]
        turned = np.concatenate([weights[:, : n // 2][:, ::-1], weights[:, n // 2 :]], axis=1)
        weights = np.where(odd, turned, weights)
    return out | {"cosines": weights.reshape(-1)}


def saves(pl: AudioPlan, fixed: bool) -> bool:
    """Whether the one table takes less flash than the rows, its code included."""
    code = CODE_BYTES["fixed" if fixed else "float"]
    return quarter(pl, fixed).nbytes + code < rows(pl, fixed).nbytes
