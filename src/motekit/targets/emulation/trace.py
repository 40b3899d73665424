"""Installs the block hook: the one in C, or the same in Python where C cannot be used.

The C hook is compiled once into the cache. It is installed through unicorn's C interface,
whose Python names are private, so the version of unicorn is pinned and anything unexpected
falls back to Python, which is slower and counts the same.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from unicorn import UC_HOOK_BLOCK, UC_HOOK_MEM_READ, UC_HOOK_MEM_WRITE

from motekit.core.errors import MotekitError
from motekit.targets import core, sources, toolchain
from motekit.targets.cache import cache_dir, made_once

from .graph import DEPTH, FULL, LIMIT, READ_SP_AFTER, TOO_DEEP, Graph

_NONE = (1 << 64) - 1
_ACCESSES = UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE
WORD = 4  # bytes; the most that a core wants an address to be a multiple of


Ranges = Sequence[tuple[int, int]]  # first and last address, both included


def install(
    uc: Any, graph: Graph, askew: Callable[[int, int], None] | None, python: bool, ranges: Ranges
) -> Hook:
    """Count the blocks that `uc` executes in `graph`.

    Args:
        askew: told of every load and store that is not aligned, (address, size); with None
            they are not looked at, which makes a run about four times as fast.
        python: use the hook in Python.
        ranges: addresses whose accesses are looked at.
    """
    if not python:
        library = _library()
        if library is not None:
            try:
                return CHook(uc, graph, askew, library, ranges)
            except (AttributeError, ImportError, OSError):
                pass  # another unicorn than the one whose private names we know
    return PythonHook(uc, graph, askew, ranges)


class Hook:
    """A hook that is installed. `step` counts one block by hand."""

    kind = ""

    def step(self, address: int, size: int) -> None:
        raise NotImplementedError


@functools.cache
def _library() -> ctypes.CDLL | None:
    folder = Path(str(resources.files(__package__)))
    source = folder / "mk_trace.c"
    settings = toolchain.Settings(opt="-O2", include=(folder,), extra=("-fvisibility=hidden",))
    try:
        flags = toolchain.flags(core("host"), settings)
        key = sources.digest(source, (folder,), (sys.platform, *flags))
        suffix = ".dll" if sys.platform == "win32" else ".so"
        path = made_once(
            cache_dir("hook") / f"{key}{suffix}",
            lambda out: _ignore(toolchain.shared_library(core("host"), [source], out, settings)),
        )
        return toolchain.load(path)
    except (MotekitError, OSError):
        return None


def _nothing(address: int, size: int) -> None:
    """In place of a callback that is not wanted."""


def _ignore(path: Path) -> None:
    """`made_once` wants a maker without a result."""


class CHook(Hook):
    kind = "c"

    def __init__(
        self, uc: Any, graph: Graph, askew: Callable[[int, int], None] | None,
        library: ctypes.CDLL, ranges: Ranges,
    ) -> None:  # fmt: skip
        from unicorn.unicorn_py3.unicorn import uclib

        state = graph.state
        self._fresh = ctypes.CFUNCTYPE(None, ctypes.c_uint32)(graph.fresh)  # kept alive
        self._askew = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint32)(askew or _nothing)
        state.fresh = ctypes.cast(self._fresh, ctypes.c_void_p)
        state.askew = ctypes.cast(self._askew, ctypes.c_void_p)
        state.read = ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p)
        state.stop = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p)
        self._state = state
        self._machine = uc._uch
        self._block = library.mk_trace_block
        self._block.restype = None
        self._block.argtypes = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)
        self._add(uclib, UC_HOOK_BLOCK, self._block)
        for begin, end in ranges if askew is not None else ():
            self._add(uclib, _ACCESSES, library.mk_trace_access, begin, end)

    def _add(self, uclib: Any, kind: int, function: Any, begin: int = 1, end: int = 0) -> None:
        status = uclib.uc_hook_add(
            self._machine, ctypes.byref(ctypes.c_size_t()), kind,
            ctypes.cast(function, ctypes.c_void_p), ctypes.addressof(self._state),
            ctypes.c_uint64(begin), ctypes.c_uint64(end),
        )  # fmt: skip
        if status != 0:
            raise OSError(f"uc_hook_add answered {status}")

    def step(self, address: int, size: int) -> None:
        self._block(self._machine, address, size, ctypes.addressof(self._state))


class PythonHook(Hook):
    """mk_trace.c line by line, over the same arrays."""

    kind = "python"

    def __init__(
        self, uc: Any, graph: Graph, askew: Callable[[int, int], None] | None, ranges: Ranges
    ) -> None:
        self._uc, self._graph, self._state = uc, graph, graph.state
        self._found: dict[tuple[int, int, int], int] = {}
        self._out: dict[tuple[int, int, int, int], int] = {}
        self._askew = askew
        uc.hook_add(UC_HOOK_BLOCK, lambda _uc, address, size, _data: self.step(address, size))
        for begin, end in ranges if askew is not None else ():
            uc.hook_add(_ACCESSES, self._access, None, begin, end)

    def _access(self, _uc: Any, _kind: int, address: int, size: int, _v: int, _data: Any) -> None:
        if address & (min(size, WORD) - 1) and self._askew is not None:
            self._askew(address, size)

    def step(self, address: int, size: int) -> None:
        s, nodes = self._state, self._graph.nodes
        if address == s.back:
            self._leave()
        key = (s.at, address, size, s.part)
        edge = self._out.get(key) or self._new_edge(key)
        if edge == 0:
            self._halt(FULL)
            return
        self._graph.edges["count"][edge] += 1
        s.at = int(self._graph.edges["to"][edge])
        node = nodes[s.at]
        if node["mark"]:
            self._enter(int(node["mark"]))
        if node["flags"] or s.look:
            low = (self._sp() + int(node["dip"])) & 0xFFFFFFFF
            s.lowest = min(s.lowest, low)
            self._deepen(low)
            s.look = int(node["flags"]) & READ_SP_AFTER
        s.instructions += int(node["instructions"])
        if s.instructions > s.limit:
            self._halt(LIMIT)

    def _deepen(self, low: int) -> None:
        s, part = self._state, int(self._state.part)
        for i in range(s.depth, 0, -1):
            s.deepest[part] = max(s.deepest[part], s.frames[i - 1].sp - low)
            part = s.frames[i - 1].part

    def _sp(self) -> int:
        return int(self._uc.reg_read(self._state.reg_sp))

    def _halt(self, status: int) -> None:
        self._state.status = self._state.status or status
        self._uc.emu_stop()

    def _leave(self) -> None:
        s, sp = self._state, self._sp()
        while s.depth and s.frames[s.depth - 1].back == s.back and s.frames[s.depth - 1].sp == sp:
            s.depth -= 1
            s.part = s.frames[s.depth].part
        s.back = s.frames[s.depth - 1].back if s.depth else _NONE

    def _enter(self, part: int) -> None:
        s = self._state
        if s.part == part:
            return
        back, sp = int(self._uc.reg_read(s.reg_link)) & ~1, self._sp()
        if s.depth == DEPTH:
            self._halt(TOO_DEEP)
            return
        frame = s.frames[s.depth]
        frame.back, frame.sp, frame.part = back, sp, s.part
        s.depth += 1
        s.back, s.part = back, part

    def _new_edge(self, key: tuple[int, int, int, int]) -> int:
        s, graph = self._state, self._graph
        at, address, size, part = key
        to = self._find(address, size, part)
        if to and graph.nodes[to]["mark"]:
            to = self._find(address, size, int(graph.nodes[to]["mark"]))
        if to == 0 or s.edge_count == s.edge_room:
            return 0
        fresh = s.edge_count
        s.edge_count += 1
        graph.edges[fresh] = (address, size, part, 0, to, graph.nodes[at]["edges"])
        graph.nodes[at]["edges"] = fresh
        self._out[key] = fresh
        return int(fresh)

    def _find(self, address: int, size: int, part: int) -> int:
        s, key = self._state, (address, size, part)
        if key not in self._found:
            if s.node_count == s.node_room:
                return 0
            self._found[key] = s.node_count
            s.node_count += 1
            node = self._graph.nodes[self._found[key]]
            node["address"], node["size"], node["part"] = key
            self._graph.fresh(self._found[key])
        return self._found[key]
