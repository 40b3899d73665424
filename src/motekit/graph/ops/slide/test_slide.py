import numpy as np
import pytest
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.graph import check, run
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SIZES, int8


def make(window: tuple[int, ...], axis: int, new: int, dtype: str = "int8") -> Graph:
    shape = (*window[:axis], new, *window[axis + 1 :])
    types = [
        int8(s, 0.1, 3) if dtype == "int8" else TensorType(s, dtype)
        for s in (window, shape, window)
    ]
    tensors = [Tensor(n, t) for n, t in zip(("w", "x", "y"), types, strict=True)]
    op = Op("slide", "slide", ("w", "x"), ("y",), {"axis": axis})
    return Graph("case", {t.name: t for t in tensors}, (op,), ("w", "x"), ("y",))


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    """Rows and frames of all sizes about the 16 bytes that move together, other types too."""
    frame = draw(st.sampled_from((1, 3, 4, 8, 15, 16, 17, 40)))
    frames = draw(SIZES)
    window = draw(st.sampled_from(((frames, frame), (1, frames, 1, frame), (3, frames, frame))))
    axis = window.index(frames) if frames != 1 else len(window) - 2
    new = draw(st.integers(1, window[axis]))
    return make(window, axis, new, draw(st.sampled_from(("int8", "int16", "int32"))))


class TestSlide(OpContract):
    kind = "slide"
    cases = cases()


def test_the_newest_frames_are_last() -> None:
    graph = make((1, 4, 2), 1, 3)
    out = run(graph, [np.arange(8, dtype=np.int8).reshape(1, 4, 2),
                      np.arange(50, 56, dtype=np.int8).reshape(1, 3, 2)])[0]  # fmt: skip
    assert out.reshape(-1).tolist() == [6, 7, 50, 51, 52, 53, 54, 55]


@pytest.mark.parametrize(("window", "axis", "new"), [((1, 4, 2), 1, 5), ((1, 4, 2), 1, 0)])
def test_more_frames_than_the_window_holds_or_none(
    window: tuple[int, ...], axis: int, new: int
) -> None:
    with pytest.raises(InputError, match="do not fit the window"):
        check(make(window, axis, new))
