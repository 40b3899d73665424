import numpy as np
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SEEDS, ZEROS, Builder, int8, int8_types

SHAPES = (((1, 5, 7, 3), (1, 1, 3)), ((2, 3, 4), (4,)), ((1, 256), (1, 256)), ((2, 5), (1,)))


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    shape, slopes = draw(st.sampled_from(SHAPES))
    x, alpha = draw(int8_types(shape)), draw(int8_types(slopes))
    least = max(t.quant.scale[0] for t in (x, alpha) if t.quant) * 2.0**-15
    y = int8(shape, draw(st.sampled_from((least, 0.01, 0.4, 30.0))), draw(ZEROS))
    values = np.random.default_rng(draw(SEEDS)).integers(-128, 128, slopes).astype(np.int8)
    names = [b.add("x", x), b.add("alpha", alpha, values)]
    return b.graph("prelu", names, [b.add("y", y)], {"rounding": "double"})


class TestPrelu(OpContract):
    kind = "prelu"
    cases = cases()
