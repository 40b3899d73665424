"""What a kernel's own functions take in flash, from the objects a compiler makes of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from elftools.elf.elffile import ELFFile

from motekit import targets
from motekit.compiler.network import emit_graph
from motekit.core.graph import Graph
from motekit.targets.toolchain import Settings, compile_objects


def code_bytes(graph: Graph, kernel: str, core: str = "cortex-m4f", opt: str = "-Os") -> int:
    """Bytes of code and tables of the sources that the graph's one op needs under a kernel."""
    target = targets.core(core)
    forced = {graph.ops[0].name: kernel}
    code = emit_graph(graph, "t_", target.spec, kernels=forced, passes=())
    with tempfile.TemporaryDirectory(prefix="motekit-size-") as name:
        folder = Path(name)
        for file, text in code.sources.items():
            (folder / file).write_text(text, encoding="utf-8")
        defines = "".join(f"#define {k} {v}\n" for k, v in code.defines.items())
        (folder / "mk_config.h").write_text(defines, encoding="utf-8")
        files = [folder / file for file in code.sources if not file.endswith((".h", ".inc"))]
        return sum(
            loaded(path)
            for path in compile_objects(target, files, Settings(opt=opt, include=(folder,)))
        )


def loaded(path: Path) -> int:
    """Bytes of an object's code and constants."""
    with path.open("rb") as stream:
        return sum(
            int(section["sh_size"])
            for section in ELFFile(stream).iter_sections()
            if section.name.startswith((".text", ".rodata", ".data"))
        )
