from motekit.testing.op import OpContract
from motekit.testing.op_cases import binary_cases


class TestMinimum(OpContract):
    kind = "minimum"
    cases = binary_cases("minimum", shared=True)


class TestMinimumWide(OpContract):
    kind = "minimum"
    cases = binary_cases("minimum", shared=True, dtype="int16")
