"""What `spectral` refuses, before any training, with the numbers and the way out."""

from __future__ import annotations

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.audio.plan import next_smooth, smooth
from motekit.dsp.common import rate_from, require_samples

from .params import EI, WAVELET, Params
from .plan import kept_bins
from .wavelet import LEAST

LEAST_FFT = 8
LEAST_CUTOFF = 1e-3  # of the rate; below it float32 coefficients move the filter audibly


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    if p.numerics == EI:
        _only_edge_impulse(p)
    _enough_samples(signal, p)
    rate = signal.rate_hz / p.decimation
    _filter_fits(signal, p)
    if p.analysis == WAVELET:
        _wavelet_fits(signal, p, rate)
        return
    _spectrum_fits(p, rate)
    if not p.statistics and p.fft_length == 0:
        raise InputError(
            "there are no features: no statistics and no spectrum",
            where="spectral",
            way_out="set statistics = true or fft_length = 128",
        )


def _only_edge_impulse(p: Params) -> None:
    fixed = {"bands": 0, "combine": "max", "taper": "rectangular", "mask": True, "statistics": True}
    for name, value in fixed.items():
        if getattr(p, name) != value:
            raise InputError(
                f"edge_impulse_v4 has {name} = {value!r}",
                where=f"spectral.{name}",
                value=getattr(p, name),
                way_out='set numerics = "motekit" to choose it',
            )
    if p.fft_length == 0 and p.analysis != WAVELET:
        raise InputError(
            "edge_impulse_v4 needs an FFT", where="spectral.fft_length", value=0, way_out="set 16"
        )


def _enough_samples(signal: Signal, p: Params) -> None:
    require_samples(signal, 2, "spectral", "spectral")
    kept = -(-signal.length // p.decimation)
    if kept < 2:
        raise InputError(
            f"decimation by {p.decimation} leaves {kept} of {signal.length} samples",
            where="spectral.decimation",
            way_out=f"make the window longer than {p.decimation / signal.rate_hz:g} s",
        )
    if p.fft_length > 2 * kept and p.analysis != WAVELET:
        raise InputError(
            f"an FFT of {p.fft_length} over {kept} samples is mostly zeros",
            where="spectral.fft_length",
            value=p.fft_length,
            way_out=f"make the window at least {p.fft_length / 2 * p.decimation / signal.rate_hz:g}"
            f" s long, or use {f'{2 * kept} or less' if kept >= LEAST_FFT / 2 else 'no FFT (0)'}",
        )


def _filter_fits(signal: Signal, p: Params) -> None:
    if p.filter == "none":
        return
    rate, where = signal.rate_hz / p.decimation, "spectral.cutoff_hz"
    limit = rate / 2 * (0.9 if p.decimation > 1 else 1.0)
    if p.cutoff_hz >= limit:
        raise InputError(
            f"a rate of {rate:g} Hz carries nothing at this cutoff, it must be below {limit:g} Hz",
            where=where,
            value=p.cutoff_hz,
            way_out="lower the cutoff, "
            + ("decimate less, " if p.decimation > 1 else "")
            + f"or record faster than {rate_from(p.cutoff_hz / limit * signal.rate_hz)}",
        )
    if p.order > 0 and p.cutoff_hz < rate * LEAST_CUTOFF:
        raise InputError(
            f"too low for {rate:g} Hz, the least is {rate * LEAST_CUTOFF:g} Hz",
            where=where,
            value=p.cutoff_hz,
            way_out="decimate first, or raise the cutoff",
        )


def _wavelet_fits(signal: Signal, p: Params, rate: float) -> None:
    for name in ("bands", "spectral_moments"):
        if getattr(p, name):
            raise InputError(
                "the wavelet form has no spectrum", where=f"spectral.{name}",
                value=getattr(p, name), way_out='leave it out, or set analysis = "fft"',
            )  # fmt: skip
    kept, least = -(-signal.length // p.decimation), LEAST << p.level
    if kept < least:
        most = max(0, (kept // LEAST).bit_length() - 1)
        raise InputError(
            f"level {p.level} of a wavelet needs {least} samples, here are {kept}",
            where="spectral.level", value=p.level,
            way_out=f"make the window at least {least / rate:g} s long"
            + (f", or use level {most}" if kept >= LEAST else ""),
        )  # fmt: skip


def _spectrum_fits(p: Params, rate: float) -> None:
    n = p.fft_length
    if n == 0:
        return
    powers_only = p.numerics == EI
    if not smooth(n) or (powers_only and n & (n - 1)):
        kind = "a power of two" if powers_only else "even, a product of 2, 3 and 5,"
        near = max(8, 1 << (n - 1).bit_length()) if powers_only else next_smooth(n)
        raise InputError(
            f"must be {kind} from 8 to 16384, or 0",
            where="spectral.fft_length",
            value=n,
            way_out=f"use {min(near, 16384)}",
        )
    first, end = kept_bins(p, rate)
    if end <= first:
        raise InputError(
            f"the {p.filter}-pass at {p.cutoff_hz:g} Hz leaves no bin of {rate / n:g} Hz",
            where="spectral.fft_length",
            value=n,
            way_out="use a longer FFT, another cutoff, or mask = false",
        )
    if p.bands > end - first:
        raise InputError(
            f"there are only {end - first} bins",
            where="spectral.bands",
            value=p.bands,
            way_out=f"use at most {end - first} bands or a longer FFT",
        )
