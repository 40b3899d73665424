from motekit.testing.op import OpContract
from motekit.testing.op_cases import unary_cases


class TestAbs(OpContract):
    kind = "abs"
    cases = unary_cases("abs", {"rounding": "double"})
