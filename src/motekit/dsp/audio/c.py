"""The audio blocks as C: what the generator prints for one use of them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.block import CBlock, Signal
from motekit.dsp import fft_q15, integer, mixed
from motekit.dsp.common import FEATURES, HISTORY, require_fixed_input
from motekit.dsp.mixed import is_mixed
from motekit.dsp.tables import twiddles

from . import cosines, narrow
from .fixed_plan import LONG, FixedPlan, fixed_plan
from .mel import AGAIN, Mel
from .pcen import Pcen
from .plan import AudioPlan, Frames
from .rounded import half_taper, log_range, q30

HEAD = 12  # bytes of mk_audio_state
FFT_Q = ("mk_fft.h", "mk_bits.h", "mk_fft_q.c", "mk_fix.h", "mk_wide.h", "mk_wide.c")
FFT_ARM = ("mk_fft_arm.inc", "mk_fft_fused_arm.inc", "mk_fft_mixed_arm.inc")
FFT_F32 = ("mk_fft.h", "mk_bits.h", *FFT_ARM, "mk_fft_f32.c", "mk_log.h", "mk_log_f32.c")
INNER = ("mk_audio_inner.inc", "mk_audio_arm.inc")
FFT_Q15 = ("mk_fft_q15.h", "mk_fft_q15.c", "mk_fft_q15_arm.inc", "mk_fft_q15_thumb.inc")
NARROW = ("mk_audio_q15.h", "mk_audio_q15.c", *FFT_Q15)
SOURCES = {
    "float": ("mk_audio_f32.c", *INNER, "mk_tune.h", *FFT_F32),
    "fixed": ("mk_audio_q.c", "mk_tune.h", *FFT_Q),
}


def c_block(name: str, signal: Signal, pl: AudioPlan, arithmetic: str) -> CBlock:
    """Either variant. Raises InputError where there is no fixed-point form."""
    block = _c_block(name, signal, pl, arithmetic, folded=False)
    if pl.cosines is None or not cosines.saves(pl, arithmetic == "fixed"):
        return block
    return replace(block, smaller=_c_block(name, signal, pl, arithmetic, folded=True))


def _c_block(name: str, signal: Signal, pl: AudioPlan, arithmetic: str, folded: bool) -> CBlock:
    fixed = arithmetic == "fixed"
    if fixed:
        require_fixed_input(signal)
    own = [f"mk_{name}.h", "mk_audio.h", "mk_work.h", "mk_audio.c"]
    fp = fixed_plan(pl) if fixed else None
    state, scratch, layout = _memory(signal, pl, fixed)
    fields: dict[str, Any] = {**layout, **_twiddles(pl, fixed)}
    fields |= _frame_fields(pl.frames, fixed)
    if fixed and pl.narrow and pl.frames.emphasis:
        fields["emphasis"] = narrow.share(pl.frames)
    fields |= _mel_fields(pl, fp) | (_fixed_levels(pl, fp) if fp else _float_levels(pl))
    fields |= _cosine_fields(pl, fp, folded)
    if pl.norm:
        fields["norm"] = pl.norm
    if pl.pcen is not None:
        fields["pcen"] = fp.pcen if fp else _float_pcen(pl.pcen, raw_unit(pl))
        own += ["mk_pcen.h", "mk_pcen_q.c" if fixed else "mk_pcen_f32.c"]
    elif not fixed and (pl.norm or pl.kept):
        fields |= {"lsb": kept_lsb(pl), "per_lsb": 1 / kept_lsb(pl)}
    own += ["mk_audio_norm.c"] if pl.norm else []
    own += NARROW if fixed and pl.narrow else []
    sources = (*own, *SOURCES[arithmetic], *HISTORY, *FEATURES[arithmetic])
    lsb = fp.lsb(pl) if fp else ()
    return CBlock(
        sources,
        fields,
        state,
        scratch,
        _defines(pl, fixed, layout.get("skip", 0))
        | _from_samples(signal, pl, fixed, layout)
        | ({"MK_AUDIO_FOLDED": 1} if folded else {}),
        lsb * pl.frames.count,
        streams=True,
    )


def _memory(signal: Signal, pl: AudioPlan, fixed: bool) -> tuple[int, int, dict[str, Any]]:
    """(bytes of state, bytes of scratch, fields that say what lies where)."""
    f = pl.frames
    bands = pl.mel.filters if pl.mel else 0
    whole = f.fft // 2 if fixed and pl.narrow else f.fft  # words of a frame
    work = whole + bands if fixed else max(f.fft, 2 * bands + 6)
    work = 4 * max(work, 2 * f.count if pl.norm else 0)
    size = 2 if signal.sample == "int16" else 4
    own = f.hop >= f.used
    # In a frame of its own the samples wait at the end, where the transform comes last, behind the
    # samples that were left out before them. Elsewhere one sample more waits in front. The last
    # one ends with a word.
    end = 4 * whole + (size if own and size * (f.used + 1) > 4 * whole else 0)
    if not own:
        end = -(-size * (f.used + 1) // 4) * 4
    elif pl.norm and pl.kept:  # samples of a next frame wait while frames are normalised
        end = max(end, -(-(8 * f.count + size * (f.used + 1)) // 4) * 4)
    front = -(-max(work if own else 0, end) // 4) * 4
    skip = max(0, f.hop - (end // size)) if own else 0
    kept = (3 * pl.slots or (f.count if pl.norm else 0)) * pl.per_slot
    mean = 0
    if pl.pcen is not None:  # in a frame of its own there is no scratch for a row
        mean = bands * ((8 if fixed else 4) + (4 if own and pl.kept else 0))
    layout: dict[str, Any] = {
        "used": f.used, "hop": f.hop, "fft": f.fft, "frames": f.count, "values": pl.values,
        "slots": pl.slots, "own": int(own), "first": pl.mel.first if pl.mel else pl.bins[0],
        "end_at": HEAD + end,
        "kept_at": HEAD + front + mean,
    }  # fmt: skip
    if mean:
        layout["mean_at"] = HEAD + front
    if skip:
        layout["skip"] = skip
    state = HEAD + front + mean + -(-kept // 4) * 4
    return state, 0 if own else work, layout


def _twiddles(pl: AudioPlan, fixed: bool) -> dict[str, Any]:
    length = pl.frames.fft
    if fixed and pl.narrow:
        return {"twiddle": fft_q15.twiddles(length).view(np.int32), "narrow": 1}
    if is_mixed(length):
        table = mixed.twiddles_q(length) if fixed else mixed.twiddles(length)
    else:
        table = integer.twiddles(length) if fixed else twiddles(length)
    if fixed and not is_mixed(length):
        return {"twiddle": table}
    return {"twiddle": table, "places": mixed.mixed(length).places}


def _frame_fields(f: Frames, fixed: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if f.emphasis:
        emphasis = q30(f.emphasis) if fixed else float(np.float32(f.emphasis))
        fields |= {"emphasis": emphasis, "restart": f.restart}
    if f.tapered:
        fields["taper"] = half_taper(f, fixed)
    return fields


def _mel_fields(pl: AudioPlan, fp: FixedPlan | None) -> dict[str, Any]:
    if pl.mel is None:
        return {}
    shares = np.stack([pl.mel.end, pl.mel.slope], axis=-1).reshape(-1)
    return {
        "filters": pl.mel.filters,
        "runs": np.array(pl.mel.runs, dtype=np.uint16),
        "shares": fp.shares if fp else shares.astype(np.float32),
    }


def raw_unit(pl: AudioPlan) -> float:
    """Power in the features' unit of one unit of what the float FFT gives: 4 |X|² of counts."""
    return pl.unit2 / 4


def limits(pl: AudioPlan) -> bool:
    """Whether a power can fall below the least one and it matters."""
    return not pl.clip and not bool(np.all(pl.noise >= pl.least))


def _float_levels(pl: AudioPlan) -> dict[str, Any]:
    noise = (pl.noise / raw_unit(pl)).astype(np.float32)
    same = bool(np.all(noise == noise[0]))
    log_unit = math.log10(raw_unit(pl))
    base = pl.gain * log_unit + pl.base
    if pl.pcen is not None:
        base = 0.0
    elif pl.cosines is not None:
        base = log_unit * math.log(10) * (1.0 if pl.energy else math.sqrt(pl.cosines.shape[1]))
    fields: dict[str, Any] = {
        "noise": noise[:1] if same else noise, "gain": pl.gain, "base": base,
        "noise_step": int(not same),
    }  # fmt: skip
    if pl.clip:
        fields["clip"] = 1
    if limits(pl):
        fields["least"] = pl.least / raw_unit(pl)
    return fields


def _float_pcen(pcen: Pcen, unit: float) -> Any:
    """The array that mk_pcen.h describes, for energies whose unit is `unit` of pcen's."""
    log2_10 = math.log2(10)
    share = (1 - pcen.gain) * math.log2(unit)
    return np.array(
        [
            pcen.smooth, pcen.floor / unit, -pcen.gain * log2_10, share, pcen.bias,
            0.0 if pcen.power == 0.5 else pcen.power * log2_10, pcen.offset,
        ],
        dtype=np.float32,
    )  # fmt: skip


def _fixed_levels(pl: AudioPlan, fp: FixedPlan) -> dict[str, Any]:
    same = bool(np.all(fp.noise == fp.noise[0]))
    fields: dict[str, Any] = {
        "noise": fp.noise[:1] if same else fp.noise, "noise_exponent": fp.noise_exponent,
        "base": fp.base, "most": fp.most, "noise_step": int(not same),
    }  # fmt: skip
    if pl.clip:
        fields["clip"] = fp.clip
    return fields | {"least": fp.least, "nothing": fp.nothing}


def _cosine_fields(pl: AudioPlan, fp: FixedPlan | None, folded: bool) -> dict[str, Any]:
    if pl.cosines is None:
        return {}
    fields = cosines.fields(pl, fp is not None, folded)
    if fp:
        return fields | {"down": fp.down}
    return fields | {"energy_gain": math.log(10)}


def kept_lsb(pl: AudioPlan) -> float:
    """Worth of one unit of a value that is kept in 24 bits: a power of two, none overflows 23."""
    if pl.clip:
        return 2.0**-22
    if pl.cosines is None:
        return 2.0 ** (math.ceil(math.log2(40 * abs(pl.gain) + abs(pl.base))) - 23)
    low, top = log_range(pl)
    rows = np.abs(pl.cosines).sum(axis=1) * (top - low) / 2
    rows[0] = max(abs(top), abs(low)) * (1 if pl.energy else math.sqrt(pl.cosines.shape[1]))
    return float(2.0 ** (math.ceil(math.log2(np.max(rows))) - 23))


def _from_samples(
    signal: Signal, pl: AudioPlan, fixed: bool, layout: dict[str, Any]
) -> dict[str, int]:
    """Whether the FFT reads samples where they lie: frames of its length, beside its work."""
    f = pl.frames
    odd = not is_mixed(f.fft) and f.fft.bit_length() % 2 == 1 and f.fft > 16
    plain = f.used == f.fft and not f.tapered and not layout["own"] and signal.sample == "int16"
    return {"MK_FFT_SAMPLES": 1} if odd and plain and not fixed else {}


def _long(mel: Mel) -> bool:
    """Whether some run needs room for its sums."""
    return any(LONG < n < AGAIN for n in mel.runs)


def _defines(pl: AudioPlan, fixed: bool, skip: int) -> dict[str, int]:
    f = pl.frames
    wanted = {
        "MK_AUDIO_MEL": pl.mel is not None,
        "MK_AUDIO_BINS": pl.mel is None,
        "MK_AUDIO_CEPSTRA": pl.cosines is not None,
        "MK_AUDIO_ENERGY": pl.energy,
        "MK_AUDIO_NORM": pl.norm > 0,
        "MK_AUDIO_PCEN": pl.pcen is not None,
        "MK_AUDIO_KEPT": pl.kept,
        "MK_AUDIO_TAPER": f.tapered,
        "MK_AUDIO_EMPHASIS": f.emphasis != 0,
        "MK_AUDIO_CLIP": pl.clip,
        "MK_AUDIO_SKIP": skip > 0,
        "MK_AUDIO_LEAST": not fixed and limits(pl),
        "MK_AUDIO_Q15": fixed and pl.narrow,
        "MK_AUDIO_Q31": fixed and not pl.narrow,
        "MK_AUDIO_LONG": fixed and pl.mel is not None and _long(pl.mel),
        "MK_FFT_MIXED": is_mixed(f.fft),
        "MK_FFT_ODD": not is_mixed(f.fft) and f.fft.bit_length() % 2 == 1,
        "MK_FFT_TWOS": not fixed and not is_mixed(f.fft),
        "MK_FFT_DC": True,
        "MK_FFT_FUSED": not fixed,
    }
    return {name: 1 for name, yes in wanted.items() if yes}
