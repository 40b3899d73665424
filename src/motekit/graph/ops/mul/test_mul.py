from motekit.testing.op import OpContract
from motekit.testing.op_cases import binary_cases
from motekit.testing.op_images import ACTIVATIONS


class TestMul(OpContract):
    kind = "mul"
    cases = ACTIVATIONS.flatmap(
        lambda name: binary_cases("mul", {"activation": name, "rounding": "double"})
    )


class TestMulWide(OpContract):
    kind = "mul"
    cases = ACTIVATIONS.flatmap(
        lambda name: binary_cases("mul", {"activation": name, "rounding": "double"}, dtype="int16")
    )
