from hypothesis import strategies as st

from motekit.testing.op import OpContract
from motekit.testing.op_cases import unary_cases


class TestRelu(OpContract):
    kind = "relu"
    cases = st.sampled_from(((0.0,), (0.0, 6.0), (-1.0, 1.0), (0.0, 1.0))).flatmap(
        lambda bounds: unary_cases("relu", {"bounds": bounds, "rounding": "double"})
    )


class TestReluWide(OpContract):
    kind = "relu"
    cases = st.sampled_from(((0.0,), (0.0, 6.0))).flatmap(
        lambda bounds: unary_cases("relu", {"bounds": bounds, "rounding": "double"}, dtype="int16")
    )
