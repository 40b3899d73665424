"""Recorded inputs for some of the models, as stored int8 values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.core.tensors import TensorType

Raw = npt.NDArray[np.generic]
GOLDEN = {  # model file → (folder of mlperf_tiny_golden, how its files are stored)
    "aww": ("kws_in", "float32"),
    "kws_ref_model": ("kws_in", "float32"),
    "resnet": ("resnet_in", "uint8"),
    "pretrainedResnet_quant": ("resnet_in", "uint8"),
    "toycar": ("toycar_in", "float32"),
    "ad01_int8": ("toycar_in", "float32"),
    "vww": ("vww_in", "float32"),
    "vww_96_int8": ("vww_in", "float32"),
}


def stored(values: Raw, type_: TensorType) -> npt.NDArray[np.int8]:
    """Real or raw values as the model's stored input."""
    out = values
    if values.dtype == np.uint8:  # pixels: 128 is 0
        out = np.asarray(values.astype(np.int16) - 128)
    elif values.dtype == np.float32 and type_.quant is not None:
        scale, zero = type_.quant.per_tensor
        real = values.astype(np.float64)
        out = np.asarray(np.clip(np.round(real / scale) + zero, -128, 127))
    return out.astype(np.int8).reshape(type_.shape)


def recorded(model: Path, root: Path, type_: TensorType) -> list[npt.NDArray[np.int8]]:
    """The recorded inputs of one model, none if there are no such files.

    Args:
        root: folder that holds `models` and `data`.
    """
    found: list[Raw] = []
    if model.stem in GOLDEN:
        folder, dtype = GOLDEN[model.stem]
        files = sorted((root / "models" / "mlperf_tiny_golden" / folder).glob("*.bin"))
        found = [np.fromfile(path, dtype) for path in files]
    elif model.stem == "micro_speech":
        files = sorted((model.parent / "micro_speech" / "input").glob("*.bin"))
        found = [np.fromfile(path, np.int8) for path in files]
    elif model.stem == "str_ww_ref_model":
        samples = root / "data" / "mlperf_tiny_sww" / "calibration_samples.npz"
        if samples.is_file():
            with np.load(samples, allow_pickle=False) as npz:
                found = list(npz["specs"].astype(np.float32))
    return [stored(values, type_) for values in found if values.size == type_.size]
