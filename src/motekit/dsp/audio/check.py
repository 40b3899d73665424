"""What the audio blocks refuse, before any training, with the numbers and the way out."""

from __future__ import annotations

import numpy as np

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.common import require_one_channel
from motekit.dsp.quantity import (
    ACCELERATION,
    CURRENT,
    PLACE,
    POTENTIAL,
    PRESSURE,
    SPEED,
    primary,
    require_quantity,
)

from .mel import AGAIN, bank, bank_of_bins
from .plan import Cut, next_smooth, smooth

LONGEST = 4096  # samples of an FFT
LEAST_FRAME, MOST_HOP = 4, 32767  # samples
SOUND = ("/", PRESSURE, POTENTIAL)
VIBRATION = (ACCELERATION, SPEED, PLACE, CURRENT)
INSTEAD = "import sound without a unit, or use spectral or flatten for other sensors"


def check_sound(name: str, signal: Signal) -> None:
    """Raises InputError unless the channel is sound: mel bands are those of hearing."""
    shaken = any(primary(given) in VIBRATION for given in signal.units)
    way_out = "use spectrogram or spectral for vibration" if shaken else INSTEAD
    require_quantity(name, signal, SOUND, "sound", way_out)


def check_oscillation(name: str, signal: Signal) -> None:
    """Raises InputError unless the channel is sound or vibration."""
    require_quantity(name, signal, (*SOUND, *VIBRATION), "sound or vibration", INSTEAD)


def check_frames(name: str, signal: Signal, cut: Cut) -> None:
    """Raises InputError unless frames can be cut and transformed."""
    require_one_channel(name, signal)
    if cut.ei and signal.sample != "int16":
        raise InputError(
            "edge_impulse_v4 reads counts of 16 bits",
            where=f"{name}.numerics",
            value=signal.sample,
            way_out='record int16, or set numerics = "motekit"',
        )
    length, hop = cut.hop(signal)
    if length > signal.length:
        raise InputError(
            f"a frame has {length} samples, the window only {signal.length}",
            where=f"{name}.frame_s",
            value=cut.frame_s,
            way_out=f"use at most {signal.length / signal.rate_hz:g} s, or make the window at "
            f"least {length / signal.rate_hz:g} s long",
        )
    if length < LEAST_FRAME:
        raise InputError(
            f"at {signal.rate_hz:g} Hz a frame has {length} sample{'s' * (length != 1)}, it needs "
            f"{LEAST_FRAME}",
            where=f"{name}.frame_s",
            value=cut.frame_s,
            way_out=f"use at least {LEAST_FRAME / signal.rate_hz:g} s, or record faster",
        )
    if hop > MOST_HOP:
        raise InputError(
            f"a stride has at most {MOST_HOP} samples, here are {hop}",
            where=f"{name}.stride_s",
            value=cut.stride_s,
            way_out=f"use at most {MOST_HOP / signal.rate_hz:g} s",
        )
    _check_fft(name, length, cut, cut.fft(signal))
    _check_stride(name, signal, hop)


def _check_fft(name: str, length: int, cut: Cut, fft: int) -> None:
    good = smooth(fft) and (not cut.ei or fft & (fft - 1) == 0)
    if not good or fft > LONGEST:
        kind = "a power of two" if cut.ei else "even, a product of 2, 3 and 5,"
        raise InputError(
            f"the FFT must be {kind} from 8 to {LONGEST}",
            where=f"{name}.fft_length",
            value=fft,
            way_out=f"use {min(LONGEST, next_smooth(fft))}",
        )
    if not cut.ei and fft < length:
        raise InputError(
            f"a frame has {length} samples, more than the FFT takes",
            where=f"{name}.fft_length",
            value=fft,
            way_out=f"use 0, or {next_smooth(length)}",
        )


def _check_stride(name: str, signal: Signal, hop: int) -> None:
    if signal.stride > signal.length:
        raise InputError(
            f"windows of {signal.length} samples every {signal.stride} samples leave gaps",
            where="signal.stride_s",
            value=signal.stride,
            way_out=f"make the window's stride at most {signal.length / signal.rate_hz:g} s",
        )
    if signal.stride < signal.length and signal.stride % hop:
        below = max(1, signal.stride // hop) * hop
        above = below + hop
        raise InputError(
            f"windows that overlap share frames, so a stride of {signal.stride} samples must be a "
            f"multiple of the frame stride, {hop} samples",
            where="signal.stride_s",
            value=signal.stride,
            way_out=f"make the window's stride {below / signal.rate_hz:g} or "
            f"{above / signal.rate_hz:g} s",
        )


def check_band(name: str, signal: Signal, low_hz: float, high_hz: float) -> None:
    """Raises InputError unless low < high ≤ half the rate."""
    half = signal.rate_hz / 2
    if high_hz > half:
        raise InputError(
            f"a rate of {signal.rate_hz:g} Hz carries nothing above {half:g} Hz",
            where=f"{name}.high_hz",
            value=high_hz,
            way_out=f"use 0 or at most {half:g}, or record faster",
        )
    if low_hz >= (high_hz or half):
        raise InputError(
            f"must be below {high_hz or half:g} Hz, the highest frequency",
            where=f"{name}.low_hz",
            value=low_hz,
            way_out="lower it, or record faster",
        )


def check_bank(
    name: str, signal: Signal, cut: Cut, filters: int, band: tuple[float, float]
) -> None:
    """Raises InputError if a mel filter has no bin."""
    fft, rate_hz = cut.fft(signal), signal.rate_hz
    empty = _empty(signal, cut, filters, band)
    if empty is None:
        return
    fewer = range(filters - 1, 0, -1)
    fit = next((n for n in fewer if _empty(signal, cut, n, band) is None), None)
    raise InputError(
        f"at {rate_hz:g} Hz filter {empty[0]} of {filters}, {empty[1]:.4g} to {empty[2]:.4g} Hz, "
        f"holds no bin of an FFT of {fft} ({rate_hz / fft:.4g} Hz each)",
        where=f"{name}.filters",
        value=filters,
        way_out=(f"use at most {fit}, " if fit else "use ")
        + "a longer frame and FFT, a wider band, or record faster",
    )


def _empty(
    signal: Signal, cut: Cut, filters: int, band: tuple[float, float]
) -> tuple[int, float, float] | None:
    """(number from 1, lower, upper corner) of the first filter without a bin of its own."""
    make = bank_of_bins if cut.ei else bank
    rate_hz = signal.rate_hz
    mel = make(rate_hz, cut.fft(signal), filters, band[0], band[1] or rate_hz / 2)
    runs = np.array(mel.runs)
    none = np.flatnonzero(mel.matrix.sum(axis=1) <= 0)
    twice = np.flatnonzero((runs[:-1] == AGAIN) & (runs[1:] == AGAIN))
    for i in (*none, *twice):
        return int(i) + 1, float(mel.corners_hz[i]), float(mel.corners_hz[i + 2])
    return None
