import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.links.formats import DTYPE, FLOAT32, INT24, NAMES, WIDTH, format_of, to_array, to_bytes


@pytest.mark.parametrize("number", NAMES)
def test_bytes_and_back_at_the_edges(number):
    if number == FLOAT32:
        values = np.float32([[0.0, -0.0], [np.inf, 1e-45], [np.nan, -3.4e38]])
    else:
        top = 1 << (8 * WIDTH[number] - 1)
        values = np.array([[0, 1], [-1, top - 1], [-top, 2 - top]], DTYPE[number])
    data = to_bytes(values, number)
    assert len(data) == 6 * WIDTH[number]
    assert np.array_equal(to_array(data, number, 2), values, equal_nan=number == FLOAT32)
    assert to_array(b"", number, 2).shape == (0, 2)


def test_int24_is_little_endian():
    assert to_bytes(np.array([[-2]]), INT24) == b"\xfe\xff\xff"


@pytest.mark.parametrize(
    ("dtype", "name"),
    [("i1", "int8"), ("u1", "int16"), ("i2", "int16"), ("u2", "int32"), ("f2", "float32")],
)
def test_the_smallest_format_that_keeps_every_value(dtype, name):
    assert NAMES[format_of(np.dtype(dtype))] == name


def test_no_format_for_doubles():
    with pytest.raises(InputError, match=r"float64.*convert to"):
        format_of(np.dtype("f8"))
