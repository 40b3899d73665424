"""The pipeline: window + blocks + normalisation + learners + decision.

Features meet learners in one fixed-point form, Q8.8: an int16 in which 256 is one step of the
int8 network input. With standardised z = (f − mean) / std and `z_lsb` standard deviations per
int8 step, the stored value is clamp(round(z / z_lsb × 256), −32768, 32767), rounded half away
from zero; the int8 network input is clamp((q + 128) >> 8, −128, 127), zero point 0, scale z_lsb.
The network, the anomaly detector and the drift statistics all start from these int16.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .block import Signal
from .errors import InputError
from .graph import Graph

Q = 256  # Q8.8 units per int8 step
MOST_FRAMES = 65535  # a program counts the frames of its stream in 16 bits


def require_frames(signal: Signal, slack: int, where: str) -> None:
    """A window and the `slack` frames that wait behind it must be counted in 16 bits, and so must
    the frames between two windows. Raises InputError if they are too many."""
    if signal.length + slack > MOST_FRAMES:
        waiting = f" and {slack:,} waiting ones" if slack else ""
        raise InputError(
            f"a program counts to {MOST_FRAMES:,} frames, a window of {signal.length:,}{waiting} "
            "is more", where=where, value=signal.length,
            way_out=f"a window of at most {(MOST_FRAMES - slack) / signal.rate_hz:g} s, a lower "
            "rate, or fewer waiting frames",
        )  # fmt: skip
    if signal.stride - signal.length > MOST_FRAMES:
        raise InputError(
            f"a program passes over at most {MOST_FRAMES:,} frames between two windows",
            where=where, value=signal.stride - signal.length,
            way_out=f"a stride of at most {(MOST_FRAMES + signal.length) / signal.rate_hz:g} s",
        )  # fmt: skip


@dataclass(frozen=True)
class BlockUse:
    """A block in a pipeline.

    Args:
        block: plugin name.
        params: its Params value.
        channels: which channels of its source it is fed; all of them: ().
        source: name of the use, further up, whose signal it reads; "" is the sensor's.
        name: what others call the signal that it makes; "" for a block that makes features.
    """

    block: str
    params: Any
    channels: tuple[int, ...] = ()
    source: str = ""
    name: str = ""


@dataclass(frozen=True)
class Normalizer:
    """Per-feature standardisation, learned on training windows only.

    Args:
        mean, std: shape (features,), in feature units; std > 0.
        z_lsb: standard deviations per int8 step.
    """

    mean: npt.NDArray[np.float64]
    std: npt.NDArray[np.float64]
    z_lsb: float

    def z(self, features: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        """Standardised features, float32."""
        return ((features - self.mean) / self.std).astype(np.float32)

    def multiplier(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """(mul, add) as float32 with q = round(f × mul + add), what the float C uses."""
        mul = Q / (self.std * self.z_lsb)
        return mul.astype(np.float32), (-self.mean * mul).astype(np.float32)

    def q(self, features: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int16]:
        """Q8.8 features of float32 features, exactly as mk_put_f32 does; not a number gives 0."""
        mul, add = self.multiplier()
        v = (features.astype(np.float32) * mul).astype(np.float32) + add
        v = np.clip(np.nan_to_num(v), np.float32(-32768), np.float32(32767))
        rounded = np.trunc(v + np.copysign(np.float32(0.5), v))
        return np.asarray(np.clip(rounded, -32768, 32767).astype(np.int16))

    def fixed(
        self, lsb: Sequence[float]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """(bias, mul, shift) of the fixed-point C, for features of `lsb` units per integer.

        q = floor(((value − bias) × mul + 2^(shift − 1)) / 2^shift), clamped to int16; bias is
        the mean in integers of the feature, mul has 30 significant bits wherever shift allows.
        """
        unit = np.asarray(lsb, dtype=np.float64)
        bias = np.clip(np.round(self.mean / unit), -(2**31), 2**31 - 1)
        gain = unit * Q / (self.std * self.z_lsb)
        shift = np.clip(29 - np.floor(np.log2(gain)), 1, 62)
        mul = np.clip(np.round(gain * 2.0**shift), 0, 2**30)
        return bias.astype(np.int32), mul.astype(np.int32), shift.astype(np.int32)

    def q_fixed(self, values: npt.NDArray[np.int32], lsb: Sequence[float]) -> npt.NDArray[np.int16]:
        """Q8.8 features of fixed-point features, exactly as mk_put_q computes them."""
        bias, mul, shift = (a.astype(np.int64) for a in self.fixed(lsb))
        product = (values.astype(np.int64) - bias) * mul
        q = (product + (np.int64(1) << (shift - 1))) >> shift
        return np.asarray(np.clip(q, -32768, 32767).astype(np.int16))


def int8_input(q: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
    """The int8 network input of Q8.8 features."""
    return np.asarray(np.clip((q.astype(np.int32) + 128) >> 8, -128, 127).astype(np.int8))


@dataclass(frozen=True)
class Decision:
    """When a stream of class scores becomes a decision.

    Args:
        threshold: smoothed probability a class must reach, 0 to 1.
        smooth: number of windows the scores are averaged over.
        hold_off: windows after a decision during which no other one is made.
        anomaly_threshold: Q8.8 score above which a window is an anomaly, or None.
    """

    threshold: float = 0.6
    smooth: int = 1
    hold_off: int = 0
    anomaly_threshold: int | None = None


@dataclass(frozen=True)
class ValueScale:
    """What a regressor's int8 output stands for: value = offset + scale × stored."""

    offset: float = 0.0
    scale: float = 1.0

    def of(self, stored: npt.NDArray[np.number[Any]]) -> npt.NDArray[np.float64]:
        """Values of stored integers, in the unit of the targets."""
        return np.asarray(self.offset + self.scale * stored.astype(np.float64))


@dataclass(frozen=True)
class PipelineSpec:
    """A trained pipeline, ready to compile. Everything is a value; nothing refers to files.

    Args:
        name: C identifier, prefix of every symbol.
        graphs: role ("classifier", "anomaly", "regressor") → graph.
        classes: names of the classifier's outputs.
        anomaly_axes is part of the anomaly graph itself.
        value: what the regressor's output stands for.
        slack: sample frames that may arrive while a window is being computed.
        identity: SHA-256 (hex) of what it was trained from and with.
    """

    name: str
    signal: Signal
    blocks: tuple[BlockUse, ...]
    normalizer: Normalizer
    graphs: Mapping[str, Graph]
    classes: tuple[str, ...]
    decision: Decision = field(default_factory=Decision)
    value: ValueScale = field(default_factory=ValueScale)
    slack: int = 4
    identity: str = ""
