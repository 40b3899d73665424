"""The counted graph of basic blocks, laid out as mk_trace.h declares it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError, MachineError
from motekit.targets.timing.model import Insn, Timing

NODE = np.dtype([
    ("address", "u8"), ("size", "u4"), ("part", "u4"), ("instructions", "u4"), ("dip", "i4"),
    ("flags", "u4"), ("mark", "u4"), ("edges", "u4"), ("chain", "u4"),
])  # fmt: skip
EDGE = np.dtype([
    ("address", "u8"), ("size", "u4"), ("part", "u4"), ("count", "u8"), ("to", "u4"),
    ("next", "u4"),
])  # fmt: skip

NODES, EDGES, BUCKETS, DEPTH, PARTS = 1 << 15, 1 << 17, 1 << 12, 64, 64
OK, LIMIT, FULL, TOO_DEEP, FAILED = range(5)  # why the hook stopped the run
START = 1  # the node every run starts from
READ_SP, READ_SP_AFTER = 1, 2


class Frame(ctypes.Structure):
    _fields_ = (("back", ctypes.c_uint64), ("sp", ctypes.c_uint64), ("part", ctypes.c_uint64))


class State(ctypes.Structure):
    """mk_trace of mk_trace.h."""

    _fields_ = (
        ("read", ctypes.c_void_p), ("stop", ctypes.c_void_p), ("fresh", ctypes.c_void_p),
        ("askew", ctypes.c_void_p),
        ("nodes", ctypes.c_void_p), ("edges", ctypes.c_void_p), ("buckets", ctypes.c_void_p),
        ("limit", ctypes.c_uint64), ("instructions", ctypes.c_uint64),
        ("lowest", ctypes.c_uint64), ("back", ctypes.c_uint64),
        ("reg_sp", ctypes.c_int32), ("reg_link", ctypes.c_int32),
        ("node_count", ctypes.c_uint32), ("node_room", ctypes.c_uint32),
        ("edge_count", ctypes.c_uint32), ("edge_room", ctypes.c_uint32),
        ("bucket_mask", ctypes.c_uint32), ("at", ctypes.c_uint32), ("part", ctypes.c_uint32),
        ("depth", ctypes.c_uint32), ("look", ctypes.c_uint32), ("status", ctypes.c_uint32),
        ("frames", Frame * DEPTH), ("deepest", ctypes.c_uint32 * PARTS),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A decoded basic block: its instructions, and what they do to the stack pointer."""

    insns: tuple[Insn, ...]
    dip: int
    flags: int

    @classmethod
    def of(cls, insns: tuple[Insn, ...]) -> Block:
        depth = lowest = flags = 0
        for insn in insns:
            if insn.sp is None:
                flags |= READ_SP_AFTER
            else:
                depth += insn.sp
                lowest = min(lowest, depth)
        return cls(insns, lowest, flags | (READ_SP if lowest < 0 else 0))


class Graph:
    """Nodes, edges and their costs.

    Args:
        timing: the core's model.
        fetch: (address, size) → code bytes.
        marks: address of a function → part number, from 1 on.
        registers: unicorn's numbers of the stack pointer and the return address register.
    """

    def __init__(
        self,
        timing: Timing,
        fetch: Callable[[int, int], bytes],
        marks: dict[int, int],
        registers: tuple[int, int],
    ) -> None:
        if len(marks) >= PARTS:
            raise InputError("too many parts", where="parts", value=len(marks))
        self.timing, self.fetch, self.marks = timing, fetch, marks
        self.nodes = np.zeros(NODES, NODE)
        self.edges = np.zeros(EDGES, EDGE)
        self.buckets = np.zeros(BUCKETS, np.uint32)
        self.source = np.zeros(EDGES, np.uint32)  # node an edge starts from
        self.cost = np.zeros(EDGES, np.int64)  # cycles of the block an edge leads to
        self.leave = np.zeros(EDGES, np.int64)  # further cycles of the branch it comes from
        self.length = np.zeros(EDGES, np.int64)  # instructions of one step
        self.known = 1  # edges whose cost has been worked out; edge 0 is "none"
        self.failure: Exception | None = None
        self.blocks: dict[tuple[int, int], Block] = {}
        self.state = State(
            nodes=self.nodes.ctypes.data, edges=self.edges.ctypes.data,
            buckets=self.buckets.ctypes.data, node_count=START + 1, node_room=NODES,
            edge_count=1, edge_room=EDGES, bucket_mask=BUCKETS - 1,
            reg_sp=registers[0], reg_link=registers[1],
        )  # fmt: skip
        self.begin(1 << 63)

    def begin(self, limit: int) -> None:
        """Before a run: at the start node, outside every part."""
        s = self.state
        s.limit, s.instructions, s.lowest, s.back = limit, 0, 0xFFFFFFFF, (1 << 64) - 1
        s.at, s.part, s.depth, s.look, s.status = START, 0, 0, 0, 0

    def fresh(self, index: int) -> None:
        """Decode a new node and fill in what the hook needs of it.

        Called by the hook, through which no exception passes: it is kept in `failure`, and the
        run ends.
        """
        try:
            self._fill(index)
        except Exception as error:
            self.failure = error
            self.state.status, self.state.limit = FAILED, 0
            self.nodes[index]["instructions"] = 1  # more than the limit: the hook stops the run

    def _fill(self, index: int) -> None:
        node = self.nodes[index]
        address = int(node["address"])
        block = self.block(address, int(node["size"]))
        node["instructions"] = len(block.insns)
        node["dip"], node["flags"] = block.dip, block.flags
        node["mark"] = self.marks.get(address, 0)

    def block(self, address: int, size: int) -> Block:
        key = (address, size)
        found = self.blocks.get(key)
        if found is None:
            code = self.fetch(address, size) if size else b""
            insns = self.timing.decode(code, address)
            for insn in insns:
                if insn.name == "unknown":  # kept: the emulator may refuse it with a fault
                    self.failure = MachineError(
                        "the disassembler does not know an instruction that was executed",
                        where=f"0x{insn.address:08x}",
                        value=insn.text,
                    )
            found = self.blocks[key] = Block.of(insns)
        return found

    def counts(self) -> npt.NDArray[np.int64]:
        """How often each edge was taken so far; costs of new edges are worked out."""
        self._price()
        return np.asarray(self.edges["count"][: self.state.edge_count].astype(np.int64))

    def clear(self) -> None:
        """Forget the counts, keep what is known of the code."""
        self.edges["count"][: self.state.edge_count] = 0
        ctypes.memset(ctypes.addressof(self.state.deepest), 0, ctypes.sizeof(self.state.deepest))

    def _price(self) -> None:
        if self.known == self.state.edge_count:
            return
        for node in range(START, self.state.node_count):
            edge = int(self.nodes[node]["edges"])
            while edge >= self.known:  # new edges are at the front of the list
                self.source[edge] = node
                self._price_edge(edge)
                edge = int(self.edges[edge]["next"])
        self.known = self.state.edge_count

    def _price_edge(self, edge: int) -> None:
        """Cycles of the block that the edge leads to, and of leaving the one it comes from."""
        origin = self.nodes[self.source[edge]]
        size = int(origin["size"])
        from_ = self.block(int(origin["address"]), size).insns
        straight = int(origin["address"]) + size == int(self.edges[edge]["address"])
        before = from_[-1] if from_ else None
        if before is not None and (before.flow == "always" or (before.flow and not straight)):
            self.leave[edge] = self.timing.taken(before)
            before = None
        to = self.nodes[self.edges[edge]["to"]]
        insns = self.block(int(to["address"]), int(to["size"])).insns
        total = 0
        for insn in insns:
            total += self.timing.cycles(insn, before)
            before = insn
        self.cost[edge] = total
        self.length[edge] = len(insns)
