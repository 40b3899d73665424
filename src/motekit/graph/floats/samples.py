"""Calibration samples: typical inputs of a float model, from .npy, .npz or a folder of them."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph

Array = npt.NDArray[np.generic]
MOST = 500  # samples used, taken evenly from all
MOST_BYTES = 1 << 30  # of one file
WAY_OUT = "save typical inputs with numpy.save, samples on the first axis"


@dataclass(frozen=True)
class Samples:
    """Inputs of a model.

    Args:
        cases: for each sample one array per model input, in the input's shape and element type.
        given: how many samples the files hold; `cases` has at most 500 of them.
    """

    cases: Sequence[Sequence[Array]]
    given: int


def read_samples(path: Path, graph: Graph) -> Samples:
    """Samples for the inputs of a real graph.

    Args:
        path: an .npy array of shape (samples, *input shape without its leading 1) or of any
            shape whose samples have the input's size; an .npz with one such array an input,
            named after it; or a folder of such files, read in the order of their names.

    Raises:
        InputError: unreadable, empty, wrong shape, not finite.
    """
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix in (".npy", ".npz"))
        if not files:
            raise InputError("the folder holds no .npy and no .npz file", where=path,
                             way_out=WAY_OUT)  # fmt: skip
    else:
        files = [path]
    parts = [_file(file, graph) for file in files]
    whole = [np.concatenate([part[i] for part in parts]) for i in range(len(graph.inputs))]
    count = len(whole[0])
    if not count:
        raise InputError("there is no sample", where=path, way_out=WAY_OUT)
    picked = np.unique(np.linspace(0, count - 1, min(count, MOST)).astype(np.int64))
    return Samples([[array[i] for array in whole] for i in picked], count)


def _file(path: Path, graph: Graph) -> list[Array]:
    arrays = _arrays(path)
    if len(arrays) == 1 and len(graph.inputs) == 1:
        return [_shaped(next(iter(arrays.values())), graph, graph.inputs[0], path)]
    missing = [name for name in graph.inputs if name not in arrays]
    if missing:
        raise InputError(f"there is no array for the input {missing[0]!r}", where=path,
                         value=sorted(arrays)[:5], way_out="name each array after its input"
                         )  # fmt: skip
    found = [_shaped(arrays[name], graph, name, path) for name in graph.inputs]
    if len({len(a) for a in found}) > 1:
        raise InputError("the inputs have different numbers of samples", where=path,
                         value=[len(a) for a in found])  # fmt: skip
    return found


def _arrays(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("the calibration file is too large", where=path,
                             value=path.stat().st_size, way_out="a few hundred samples will do"
                             )  # fmt: skip
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return {"": loaded}
            with loaded:
                size = sum(info.file_size for info in loaded.zip.infolist())
                if size > MOST_BYTES:
                    raise InputError("the calibration file is too large", where=path, value=size)
                return {name: loaded[name] for name in loaded.files}
    except OSError as error:
        raise InputError("cannot read the calibration data", where=path,
                         value=error.strerror or str(error)[:80],
                         way_out=WAY_OUT) from error  # fmt: skip
    except (ValueError, EOFError, KeyError, MemoryError, zipfile.BadZipFile) as error:
        # NumPy takes any file that is none for a pickle and advises to trust it: not repeated here
        value = "objects or no array" if "pickle" in str(error) else str(error)[:80]
        raise InputError("not a NumPy file of numbers", where=path, value=value,
                         way_out=WAY_OUT) from error  # fmt: skip


def _shaped(array: npt.NDArray[np.generic], graph: Graph, name: str, path: Path) -> Array:
    """The array as (samples, *input shape)."""
    shape = graph.type(name).shape
    if array.dtype.kind not in "fiu":
        raise InputError(f"the values for input {name!r} must be numbers", where=path,
                         value=str(array.dtype))  # fmt: skip
    size = math.prod(shape)
    if array.shape == shape:
        array = array[None]
    elif array.ndim == 0 or size == 0 or math.prod(array.shape[1:]) != size:
        raise InputError(
            f"input {name!r} has shape {shape}: the array must be (samples, "
            f"{', '.join(map(str, shape[1:] if shape[:1] == (1,) else shape))})",
            where=path, value=array.shape,
        )  # fmt: skip
    values = array.reshape(-1, *shape).astype(graph.type(name).dtype)
    if not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))[0])
        raise InputError(f"a value for input {name!r} is not a finite number", where=path,
                         value=f"sample {bad}", way_out="remove the sample")  # fmt: skip
    return values
