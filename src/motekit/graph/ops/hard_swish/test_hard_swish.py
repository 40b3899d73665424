from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.ops import hard_swish
from motekit.testing.op import OpContract
from motekit.testing.op_cases import unary_cases


def fits(graph: Graph) -> bool:
    """LiteRT refuses an output scale far below the input scale."""
    try:
        hard_swish.infer(graph.ops[0], graph)
    except InputError:
        return False
    return True


class TestHardSwish(OpContract):
    kind = "hard_swish"
    cases = unary_cases("hard_swish").filter(fits)
