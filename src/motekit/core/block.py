"""The contract of a DSP block: window of samples → features.

A block is one folder of motekit.dsp.blocks: a float64 reference in Python, C sources, a test
that inherits motekit.testing.BlockContract, a docs page. The same folder holds a float C
variant (`<name>_f32.c`) and a fixed-point one (`<name>_q.c`) with an integer reference.

C side (see runtime/include/mk_block.h): three functions and two size macros per variant,

    void mk_<name>_init(const mk_<name>_params *p, void *state);
    void mk_<name>_step(const mk_<name>_params *p, void *state, const mk_sample *frame);
    void mk_<name>_finish(const mk_<name>_params *p, void *state, const mk_history *h,
                          void *scratch, mk_features *out);

`step` is called once per sample frame, in order, never from an interrupt; `finish` when a
window is complete. A block without state (`CBlock.state_bytes` is 0) has only `finish`. A block
that needs old samples reads them from the pipeline's one history ring through `h`
(`Block.history`); a block that keeps what it needs in `state` sets it False and gets a `h` of
length 0. Features leave one by one through `mk_put_f32` or `mk_put_q`, which normalise them on
the fly.

A block whose features become known while samples arrive (`CBlock.streams`) gets a fourth
argument in `step`, `const mk_work *work`: scratch for the length of the call, and where its
features of this window belong. It may use the place of a feature before it is final.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Samples = npt.NDArray[Any]  # int16 counts or float32


@dataclass(frozen=True)
class Signal:
    """What a block is fed.

    Args:
        rate_hz: samples per second.
        length: samples per window.
        stride: samples between the starts of two windows.
        channels: channel names.
        units: unit of each channel.
        scale: units per count of each channel; 1.0 for float samples.
        sample: "int16" or "float32": what the sensor pushes.
        kept: whether the window is kept anyway, because another block reads it whole. A block
            that can do without then reads it, too.
    """

    rate_hz: float
    length: int
    stride: int
    channels: tuple[str, ...]
    units: tuple[str, ...]
    scale: tuple[float, ...]
    sample: str = "int16"
    kept: bool = False


@dataclass(frozen=True)
class Feature:
    """One output of a block: its name ("accX.rms") and unit."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class CBlock:
    """What the generator needs to print one use of a block.

    Args:
        sources: names of all .c/.h files to copy: own ones from the block's folder, shared ones
            from motekit/runtime/{include,src,dsp}. `mk_<name>.h` is the one to include.
        params: fields of mk_<name>_params in declaration order. A number is printed as it is (a
            Python float as float32); a 1-D array becomes a constant in flash of the C type that
            its dtype names, equal arrays becoming one constant. No block changes its params.
        state_bytes, scratch_bytes: exact sizes for this signal and these parameters.
        defines: macros for the model's config header, by which the C specialises itself
            (equal uses must agree; a clash is an error).
        lsb: fixed point only: feature i is the C integer × lsb[i], in the feature's unit.
        streams: `step` works in scratch and puts features; see the module's text.
        history: whether this use reads the window from the pipeline's ring, for a block that can
            do without; None: as `Block.history` says.
        smaller: the same numbers, bit for bit, in less flash and more cycles, where there is such
            a form; builds that are optimised for flash take it.
    """

    sources: tuple[str, ...]
    params: Mapping[str, Any]
    state_bytes: int
    scratch_bytes: int
    defines: Mapping[str, int] = field(default_factory=dict)
    lsb: tuple[float, ...] = ()
    streams: bool = False
    history: bool | None = None
    smaller: CBlock | None = None


@dataclass(frozen=True)
class Block:
    """A block plugin; the module constant BLOCK.

    Args:
        name: folder name.
        summary: one line for lists.
        params: its Params dataclass.
        check: raises InputError before any training if signal and params do not fit
            (window shorter than a frame, band above half the rate, wrong channel count).
        features: names and units of the outputs, in order.
        reference: (… × samples × channels in units, float64) → (… × features), float64. The
            meaning. Leading axes are windows; any number of them.
        fixed_reference: (… × samples × channels, raw int16) → (… × features) as int32 with the
            `lsb` of `c(..., "fixed")`; what the fixed-point C must equal bit for bit.
        c: (signal, params, "float" | "fixed") → CBlock. Raises InputError where the block has
            no such variant for this signal.
        bound: (signal, params, "float" | "fixed", windows in units, … × samples × channels) →
            the largest |C − reference| promised for each feature of each window, in feature
            units, … × features.
        history: whether `finish` reads the window from the pipeline's ring, unless the `CBlock`
            of a use says otherwise.
        package: `__name__` of the folder.
        restarts: whether the state is of one window only.
        output: for a block that makes a signal: (signal, params) → the signal it makes. Such a
            block has no features; its reference gives … × samples × channels of the new signal
            in units, its bound is one of samples, its fixed_reference gives counts.
        exact: for a block that makes a signal: (… × samples × channels as the sensor gives them,
            signal, params, "float" | "fixed") → the samples that its C makes, bit for bit.
        shape: (signal, params) → what the row of features is when it is folded, last axis
            fastest: (time, frequency) for a spectrogram, to be read by a learner in two
            dimensions. None where features have no order of their own.
    """

    name: str
    summary: str
    params: type[Any]
    check: Callable[[Signal, Any], None]
    features: Callable[[Signal, Any], tuple[Feature, ...]]
    reference: Callable[[F64, Signal, Any], F64]
    fixed_reference: Callable[[npt.NDArray[np.int16], Signal, Any], I32]
    c: Callable[[Signal, Any, str], CBlock]
    bound: Callable[[Signal, Any, str, F64], F64]
    history: bool
    package: str
    restarts: bool = False
    output: Callable[[Signal, Any], Signal] | None = None
    exact: Callable[[Samples, Signal, Any, str], Samples] | None = None
    shape: Callable[[Signal, Any], tuple[int, ...]] | None = None
