from motekit.testing.op import OpContract
from motekit.testing.op_cases import binary_cases
from motekit.testing.op_images import ACTIVATIONS


class TestSub(OpContract):
    kind = "sub"
    cases = ACTIVATIONS.flatmap(
        lambda name: binary_cases("sub", {"activation": name, "rounding": "double"})
    )


class TestSubWide(OpContract):
    kind = "sub"
    cases = ACTIVATIONS.flatmap(
        lambda name: binary_cases("sub", {"activation": name, "rounding": "double"}, dtype="int16")
    )
