from motekit.testing.op import OpContract
from motekit.testing.op_images import poolings


class TestAveragePool2D(OpContract):
    kind = "average_pool_2d"
    cases = poolings("average_pool_2d")


class TestAveragePool2DWide(OpContract):
    kind = "average_pool_2d"
    cases = poolings("average_pool_2d", "int16")
