"""Augmented copies of windows: what another wearer or another mounting would have recorded.

Mirror and rotation are symmetries of the sensor, not of the features, so they act on samples,
before the blocks. Rotation as in Um et al., "Data augmentation of wearable sensor data for
Parkinson's disease monitoring", ICMI 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.params import param

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class AugmentParams:
    """Copies of every training window. All zero or empty: none."""

    mirror: tuple[int, ...] = param(
        (), "channels whose sign a mirrored copy flips: (0,) for a sensor worn on the other arm",
        minimum=0,
    )  # fmt: skip
    rotations: int = param(0, "randomly rotated copies (3 channels)", minimum=0, maximum=64)
    angle: float = param(
        12.0, "standard deviation of the rotation angle", unit="°", minimum=0.0, maximum=180.0
    )
    scalings: int = param(0, "randomly scaled copies", minimum=0, maximum=64)
    gain: float = param(
        0.1, "standard deviation of the gain of a scaled copy", minimum=0.0, maximum=1.0
    )
    shifts: int = param(0, "copies shifted in time at random", minimum=0, maximum=64)
    shift: float = param(
        0.1, "largest shift, as a share of the window; what leaves at one end enters at the other",
        minimum=0.0, maximum=0.5,
    )  # fmt: skip
    seed: int = param(0, "of the random angles, gains and shifts", minimum=0)


def rotations(count: int, angle_deg: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Rotation matrices about uniformly random axes, shape (count, 3, 3).

    Args:
        angle_deg: standard deviation of the normally distributed angle.

    Source: Rodrigues' rotation formula.
    """
    axis = rng.normal(size=(count, 3))
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-12)
    angle = np.deg2rad(rng.normal(size=count) * angle_deg)[:, None, None]
    cross = np.zeros((count, 3, 3))
    cross[:, [2, 0, 1], [1, 2, 0]] = axis
    cross[:, [1, 2, 0], [2, 0, 1]] = -axis
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _check(params: AugmentParams, channels: int) -> None:
    if any(channel >= channels for channel in params.mirror):
        raise InputError(
            f"there are {channels} channels, counted from 0", where="augment.mirror",
            value=params.mirror, way_out="leave the number out of augment.mirror"
        )  # fmt: skip
    if params.rotations and channels != 3:
        raise InputError(
            "rotation needs the 3 channels of one sensor", where="augment.rotations",
            value=f"{channels} channels", way_out="set rotations to 0",
        )  # fmt: skip


def augment(windows: npt.NDArray[np.floating], params: AugmentParams) -> list[F32]:
    """Augmented copies of all windows; without copies an empty list.

    Args:
        windows: shape (windows, samples, channels), in physical units.

    Returns:
        Arrays like `windows`, float32: a mirrored one, then for every rotation, scaling and shift
        a plain one and (if mirroring is on) a mirrored one.

    Raises:
        InputError: for a channel that does not exist, or rotation of other than 3 channels.
    """
    count, _, channels = windows.shape
    _check(params, channels)
    rng = np.random.default_rng(params.seed)
    sign = np.ones(channels)
    sign[list(params.mirror)] = -1.0
    sides = [np.ones(channels), sign] if params.mirror else [sign]
    out = [(windows * sign).astype(np.float32)] if params.mirror else []
    for _ in range(params.rotations):
        for side in sides:
            turn = rotations(count, params.angle, rng)
            out.append(np.matmul(windows * side, turn.transpose(0, 2, 1)).astype(np.float32))
    for _ in range(params.scalings):
        for side in sides:
            gain = np.exp(rng.normal(size=(count, 1, 1)) * params.gain)
            out.append((windows * side * gain).astype(np.float32))
    for _ in range(params.shifts):
        for side in sides:
            out.append(_shifted(windows * side, params.shift, rng))
    return out


def _shifted(
    windows: npt.NDArray[np.floating], share: float, rng: np.random.Generator
) -> F32:  # fmt: skip
    """Every window turned in time by a random number of samples."""
    count, length, _ = windows.shape
    most = round(share * length)
    by = rng.integers(-most, most + 1, count)
    rows = (np.arange(length) - by[:, None]) % length
    return np.take_along_axis(windows, rows[:, :, None], axis=1).astype(np.float32)
