"""Navigation from what lies in the folders, and reference pages from the registries.

A page joins the navigation by being there; a plugin joins the reference by being there.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from mkdocs.structure.files import File, Files

from motekit import cli, core, dsp, models, targets
from motekit.core.params import describe
from motekit.graph.importers import IMPORTERS
from motekit.graph.ops import OPS, kernels
from motekit.recordings.formats import FORMATS

SECTIONS = (
    ("Tutorial", ("tutorial/*.md",)),
    ("How to", ("how-to/*.md", "collecting.md", "recordings.md", "training.md")),
    ("Blocks", ("blocks/*.md",)),
    (
        "Reference",
        (
            "learners.md",
            "learners/*.md",
            "ops.md",
            "ops/*.md",
            "targets.md",
            "misra.md",
            "reference/*.md",
        ),
    ),
    ("Why", ("why/*.md",)),
)


def on_config(config: Any) -> Any:
    """Build the navigation; generated pages are listed with the written ones."""
    root = Path(config["docs_dir"])
    written = {p.relative_to(root).as_posix() for p in root.rglob("*.md")}
    pages = sorted(written | set(GENERATED))
    nav: list[Any] = ["index.md"]
    for title, patterns in SECTIONS:
        found = [p for pattern in patterns for p in pages if Path(p).match(pattern)]
        nav.append({title: sorted(found, key=lambda p: (not p.endswith("index.md"),))})
    listed = {p for entry in nav[1:] for group in entry.values() for p in group}
    nav += [p for p in pages if "/" not in p and p not in listed and p != "index.md"]
    config["nav"] = [n for n in nav if isinstance(n, str) or next(iter(n.values()))]
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Add the generated pages."""
    for path, make in GENERATED.items():
        files.append(File.generated(config, path, content=make()))
    return files


def table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    """A Markdown table; bars in cells are escaped."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(c).replace("|", "\\|") for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def parameters(params: type[Any]) -> str:
    """The table of a Params class: default, unit, range or choices, meaning."""

    def rows() -> Iterator[tuple[object, ...]]:
        for info in describe(params):
            kind = getattr(info.type, "__name__", str(info.type))
            span = " to ".join("" if v is None else f"{v:g}" for v in (info.minimum, info.maximum))
            allowed = ", ".join(f"`{c}`" for c in info.choices) or span.strip().removesuffix(" to")
            default = "required" if info.default is dataclasses.MISSING else f"`{info.default!r}`"
            yield f"`{info.name}`", kind, default, info.unit, allowed.strip(), info.help

    found = list(rows())
    if not found:
        return "No parameters.\n"
    head = ("parameter", "type", "default", "unit", "allowed", "meaning")
    return table(head, iter(found))


def plugins(title: str, lead: str, registry: Any, name: str = "name") -> str:
    """A page with one section per plugin that has Params."""
    parts = [f"# {title}\n\n{lead}\n"]
    for plugin in registry:
        parts.append(f"## {getattr(plugin, name)}\n\n{plugin.summary}.\n")
        if hasattr(plugin, "suffixes"):
            parts.append("File names: " + ", ".join(f"`{s}`" for s in plugin.suffixes) + ".\n")
        if hasattr(plugin, "params"):
            parts.append(parameters(plugin.params))
    return "\n".join(parts)


def blocks() -> str:
    return plugins(
        "Blocks and their parameters",
        "A block turns a window of samples into features. These are the names to use in "
        "`mote.toml`, in the Python API and on the command line.",
        dsp.BLOCKS,
    )


def formats() -> str:
    return plugins("File formats", "What `motekit import` reads and writes.", FORMATS)


def learners() -> str:
    return plugins("Learners and their parameters", "What can be trained.", models.LEARNERS)


def ops() -> str:
    rows = ((f"`{op.kind}`", op.summary, ", ".join(s.builtin for s in op.tflite)) for op in OPS)
    lead = "Operations of the graph. A model that needs another one is refused by name.\n"
    return f"# Operations\n\n{lead}\n" + table(("op", "what it does", "in TFLite"), rows)


def every_kernel() -> str:
    """Kernels by op, from the registry."""
    rows = (
        (f"`{op.kind}`", f"`{kernel.name}`", kernel.summary, kernel.code_bytes or "",
         ", ".join(f"`{name}` {size} B" for name, size in kernel.common.items()))
        for op in OPS
        for kernel in kernels(op.kind)
    )  # fmt: skip
    lead = (
        "What an op can run as. Code is that of a Cortex-M4 at `-Os`; it counts once, however many "
        "layers use it, and parts that kernels share count once for all of them. "
        "[Kernels](../kernels.md) says how one is chosen.\n"
    )
    head = ("op", "kernel", "what it is", "code (B)", "shared code")
    return f"# Kernels by op\n\n{lead}\n" + table(head, rows)


def source_ops() -> str:
    """What each importer lowers, by the names of its framework."""
    text = "# Ops of model files\n\nWhat `motekit compile` reads, by importer. "
    text += "[Bring a model of your own](../import-models.md) says how.\n"
    for importer in IMPORTERS:
        names = ", ".join(f"`{name}`" for name in sorted(importer.covers()))
        text += f"\n## {importer.name}\n\n{importer.summary}.\n\n{names}\n"
    return text


def cores() -> str:
    rows = (
        (f"`{c.name}`", c.summary, c.spec.isa, c.spec.arithmetic, ", ".join(c.compilers))
        for c in targets.CORES
    )
    text = "# Cores and boards\n\nA core is what a program is compiled for and run on.\n\n"
    text += table(("core", "what it is", "instruction set", "features in", "compilers"), rows)
    text += "\n## Boards\n\nA board adds its clock, memories, wait states and energy; every fact "
    text += "has its source in `src/motekit/targets/boards/<name>.toml`. Their factors come from "
    text += "published boards and data sheets, so what they lead to is tagged `estimated`.\n\n"
    boards = (targets.board(name) for name in targets.boards())
    head = ("board", "title", "core", "clock (MHz)", "flash (B)", "RAM (B)")
    return text + table(head, (
        (f"`{b.name}`", b.title, f"`{b.core}`", f"{b.clock_hz / 1e6:g}", f"{b.flash_bytes:,}",
         f"{b.ram_bytes:,}") for b in boards
    ))  # fmt: skip


def commands() -> str:
    """Every verb with its options, from the command line itself."""
    group = typer.main.get_command(cli.build_app())
    parts = [
        "# Command line\n\nEvery verb takes `--json` for machines and ends with 0, 1 (a promise "
        "failed), 2 (wrong use or input), 3 (the machine failed) or 130 (interrupted).\n"
    ]
    for name, command in _verbs(group, ""):
        parts.append(f"## motekit {name}\n\n{(command.help or '').strip()}\n")
        rows = [_option(p) for p in command.params]
        if rows:
            parts.append(table(("option", "default", "meaning"), iter(rows)))
    return "\n".join(parts)


def _verbs(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    """Every command by its words; after a group, the commands in it."""
    for name in sorted(group.commands):
        command = group.commands[name]
        yield f"{before}{name}", command
        if hasattr(command, "commands"):
            yield from _verbs(command, f"{before}{name} ")


def _option(parameter: Any) -> tuple[object, ...]:
    spelled = ", ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts))
    if parameter.param_type_name == "argument":
        spelled = f"`{parameter.name.upper()}`"
    default = parameter.default
    shown = "" if default is None or callable(default) or default is False else f"`{default}`"
    return spelled, shown, (getattr(parameter, "help", "") or "").strip()


def api() -> str:
    """The values the stages exchange, and the public names."""
    names = sorted(m.name for m in pkgutil.iter_modules(core.__path__))
    public = getattr(importlib.import_module("motekit"), "__all__", ())
    text = "# Python\n\n`import motekit` gives: " + ", ".join(f"`{n}`" for n in public) + ".\n\n"
    text += "Below are the values the stages exchange and the contracts plugins meet.\n\n"
    return text + "\n".join(f"::: motekit.core.{name}\n" for name in names)


def pages_of_plugins() -> dict[str, Any]:
    """A plugin's own page lies in its folder, `<name>/<name>.md`, and joins its family's."""
    root = Path(importlib.import_module("motekit").__file__ or "").parent
    families = {"blocks": "dsp/blocks", "learners": "models/learners", "ops": "graph/ops"}
    return {
        f"{section}/{page.stem}.md": page.read_text
        for section, family in families.items()
        for page in sorted((root / family).glob("*/*.md"))
        if page.stem == page.parent.name
    }


GENERATED = {
    **pages_of_plugins(),
    "reference/blocks.md": blocks,
    "reference/cli.md": commands,
    "reference/cores.md": cores,
    "reference/formats.md": formats,
    "reference/kernels.md": every_kernel,
    "reference/learners.md": learners,
    "reference/model-ops.md": source_ops,
    "reference/operations.md": ops,
    "reference/python.md": api,
}
