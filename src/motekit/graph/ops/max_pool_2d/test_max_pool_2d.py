from motekit.testing.op import OpContract
from motekit.testing.op_images import poolings


class TestMaxPool2D(OpContract):
    kind = "max_pool_2d"
    cases = poolings("max_pool_2d")


class TestMaxPool2DWide(OpContract):
    kind = "max_pool_2d"
    cases = poolings("max_pool_2d", "int16")
