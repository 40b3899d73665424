from hypothesis import strategies as st

from motekit.testing.op import OpContract
from motekit.testing.op_cases import unary_cases


class TestLeakyRelu(OpContract):
    kind = "leaky_relu"
    cases = st.sampled_from((0.0, 0.01, 0.3, 1.0, 2.5)).flatmap(
        lambda alpha: unary_cases("leaky_relu", {"alpha": alpha, "rounding": "double"})
    )


class TestLeakyReluWide(OpContract):
    kind = "leaky_relu"
    cases = st.sampled_from((0.0, 0.01, 0.3, 1.0, 2.5)).flatmap(
        lambda alpha: unary_cases(
            "leaky_relu", {"alpha": alpha, "rounding": "double"}, dtype="int16"
        )
    )
