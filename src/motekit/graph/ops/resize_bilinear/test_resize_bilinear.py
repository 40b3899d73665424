from motekit.testing.op import OpContract
from motekit.testing.op_images import resizings


class TestResizeBilinear(OpContract):
    kind = "resize_bilinear"
    cases = resizings("resize_bilinear")
