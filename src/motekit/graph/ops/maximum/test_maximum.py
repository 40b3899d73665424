from motekit.testing.op import OpContract
from motekit.testing.op_cases import binary_cases


class TestMaximum(OpContract):
    kind = "maximum"
    cases = binary_cases("maximum", shared=True)


class TestMaximumWide(OpContract):
    kind = "maximum"
    cases = binary_cases("maximum", shared=True, dtype="int16")
