"""Trained models as plain files: arrays in .npz (a zip of .npy), everything else in JSON.

Nothing is pickled, nothing carries a time stamp: equal models are equal bytes. Reading refuses
object arrays.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import Fitted
from motekit.core.pipeline import Normalizer
from motekit.recordings.files import atomic_file, reading, writing

Arrays = Mapping[str, npt.NDArray[np.generic]]
META = "meta.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's zero; keeps equal content equal in bytes
_PACKAGES = ("motekit", "numpy", "jax", "jaxlib", "optax", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Trained:
    """A model and the normaliser of its training rows."""

    normalizer: Normalizer
    fitted: Fitted


@cache
def versions() -> dict[str, str]:
    """Versions of what decides how training turns out."""
    return {name: metadata.version(name) for name in _PACKAGES}


def to_json(value: Any) -> bytes:
    """JSON as we keep it in files: sorted, indented, NaN and infinity refused."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def digest(*parts: Any) -> str:
    """SHA-256 (hex) of JSON-like values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, allow_nan=False).encode()).hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    """A file that appears whole or not at all. Raises MachineError."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as handle:
        handle.write(data)


def pack(arrays: Arrays, meta: Any) -> bytes:
    """An .npz with a readable `meta.json` beside its arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo(META, _EPOCH), to_json(meta))
        for name, array in sorted(arrays.items()):
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            z.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), part.getvalue())
    return buffer.getvalue()


def unpack(path: Path) -> tuple[dict[str, npt.NDArray[np.generic]], Any]:
    """(arrays, meta) of a file made by `pack`. Raises InputError if it is not one."""
    try:
        with reading(path), zipfile.ZipFile(path) as z:
            meta = json.loads(z.read(META))
            names = [name for name in z.namelist() if name.endswith(".npy")]
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(z.read(name)), allow_pickle=False
                )
                for name in names
            }
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            "not a model file, or damaged", where=path, way_out="delete it and train again"
        ) from error
    return arrays, meta


def pack_trained(trained: Trained) -> bytes:
    """One model as a file."""
    fitted, norm = trained.fitted, trained.normalizer
    arrays = dict(fitted.arrays) | {"norm_mean": norm.mean, "norm_std": norm.std}
    meta = {
        "learner": fitted.learner, "facts": dict(fitted.facts), "z_lsb": norm.z_lsb,
        "history": {name: list(line) for name, line in fitted.history.items()},
    }  # fmt: skip
    return pack(arrays, meta)


def load_trained(path: Path) -> Trained:
    """The inverse of `pack_trained`. Raises InputError."""
    arrays, meta = unpack(path)
    try:
        mean = arrays.pop("norm_mean").astype(np.float64)
        std = arrays.pop("norm_std").astype(np.float64)
        history = {name: tuple(line) for name, line in meta["history"].items()}
        fitted = Fitted(meta["learner"], arrays, meta["facts"], history)
        return Trained(Normalizer(mean, std, float(meta["z_lsb"])), fitted)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "the model file lacks a field", where=path, value=str(error),
            way_out="delete it and train again",
        ) from error  # fmt: skip


class FoldStore:
    """Finished folds by content hash, so that an interrupted or repeated run reuses them.

    Args:
        folder: where to keep them; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, key: str) -> Trained | None:
        """A finished fold, or None. A damaged file counts as missing."""
        if self._folder is None:
            return None
        path = self._folder / f"{key}.npz"
        try:
            return load_trained(path) if path.is_file() else None
        except InputError:
            return None

    def put(self, key: str, trained: Trained) -> None:
        """Keep a finished fold. Raises MachineError."""
        if self._folder is not None:
            write_bytes(self._folder / f"{key}.npz", pack_trained(trained))
