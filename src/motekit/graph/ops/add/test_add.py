from motekit.testing.op import OpContract
from motekit.testing.op_cases import binary_cases
from motekit.testing.op_images import ACTIVATIONS


class TestAdd(OpContract):
    kind = "add"
    cases = ACTIVATIONS.flatmap(
        lambda name: binary_cases("add", {"activation": name, "rounding": "double"})
    )


class TestAddWide(OpContract):
    kind = "add"
    cases = ACTIVATIONS.flatmap(
        lambda name: binary_cases("add", {"activation": name, "rounding": "double"}, dtype="int16")
    )
