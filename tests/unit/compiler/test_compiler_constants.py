import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.compiler import print_c
from motekit.compiler.constants import CTYPES, initializer, integer, literal, number
from motekit.core.op import Constant


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_read_back_as_the_same_bits(value: float) -> None:
    text = literal(value, "float")
    assert text.endswith("f") and ("." in text or "e" in text)
    again = np.float32(float(text[:-1]))
    assert struct.pack("<f", again) == struct.pack("<f", value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_read_back(value: int) -> None:
    text = integer(value).replace("INT32_MIN", str(-(2**31))).replace("INT64_MIN", str(-(2**63)))
    assert int(text.rstrip("UL")) == value


@pytest.mark.parametrize(
    ("value", "ctype"),
    [(128, "int8_t"), (-1, "uint8_t"), (1.5, "int32_t"), (float("nan"), "float"), (1, "char")],
)
def test_values_that_do_not_fit(value: float, ctype: str) -> None:
    with pytest.raises(ValueError, match=r"fit|no C literal|no literals"):
        literal(value, ctype)


@given(st.lists(st.integers(-128, 127), min_size=1, max_size=300), st.integers(1, 7))
def test_arrays_read_back_and_keep_their_lines_short(values: list[int], columns: int) -> None:
    shaped = np.array(values[: len(values) // columns * columns] or values[:1], np.int8)
    if shaped.size % columns == 0:
        shaped = shaped.reshape(-1, columns)
    text = initializer(shaped)
    assert [int(v) for v in text.strip("{}\n ").replace("\n", " ").split(",") if v.strip()] == (
        shaped.reshape(-1).tolist()
    )
    assert max(map(len, text.splitlines())) <= 100


def test_rows_follow_the_last_axis() -> None:
    text = initializer(np.arange(60, dtype=np.int8).reshape(3, 20))
    assert [line.count(",") for line in text.splitlines()[1:-1]] == [20, 20, 20]


@pytest.mark.parametrize("values", [np.empty(0, np.int8), np.zeros(2, np.complex64)])
def test_arrays_c_does_not_have(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no C array"):
        initializer(values)


def test_every_type_has_its_name() -> None:
    for dtype, ctype in CTYPES.items():
        text = print_c.constant(Constant("c", ctype, np.ones(1, dtype)), "c")
        assert f"static const {ctype} c[1]" in text


def test_a_constant_of_another_type_than_declared_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="declared as"):
        print_c.constant(Constant("c", "int8_t", np.ones(1, np.int16)), "c")


def test_comments_cannot_be_closed_from_inside() -> None:
    assert print_c.comment("a */ int evil; /* b").count("*/") == 1


def test_fields_of_every_kind() -> None:
    names = {"weights": "layer_weights"}
    nested = {"w": "weights", "n": 3, "steps": np.array([1, -2], np.int32)}
    assert print_c.field(nested, names) == "{.w = layer_weights, .n = 3, .steps = {1, -2}}"
    assert number(0.5) == "0.5f" and number(True) == "1"
