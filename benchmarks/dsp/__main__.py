"""python -m benchmarks.dsp [--json] [--functions] [--markdown BLOCK] [--pages] [--core CORE]
[--only CASE] [--out DIR]"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from motekit import dsp, targets
from motekit.targets import elf as elf_file
from motekit.targets.emulation import Measurement
from motekit.testing.block_case import Built, Case

from . import cases, sensor_cases
from .cases import Setting

CORES = ("cortex-m4f", "cortex-m33", "cortex-m7", "cortex-m0plus", "riscv32imc")
EMPTY = ("-DMK_CASE_EMPTY=1",)
PAGES = Path(__file__).parents[2] / "src" / "motekit" / "dsp" / "blocks"
TABLE = re.compile(r"^\| setting \| core \|.*\n(?:\|.*\n)+", re.MULTILINE)
KEEP = ("-DMK_CASE_KEEP=1",)  # samples that a block makes are stored, not put as features


def settings() -> tuple[Setting, ...]:
    """All of them."""
    return (*cases.settings(), *sensor_cases.settings())


def measure(setting: Setting, core: str, out: Path) -> dict[str, Any]:
    """One block on one core, what the harness takes subtracted; cycles are the mean of windows."""
    arithmetic = targets.core(core).spec.arithmetic
    block = dsp.block(setting.block)
    x = setting.windows()
    case = Case(block, setting.signal(), setting.params, arithmetic, setting.optimize)
    built, empty = Built(case, core), Built(case, core, extra=EMPTY)
    timed = Built(case, core, extra=KEEP) if case.made else built
    taken = [timed.measure(window) for window in x]
    base = empty.measure(x[0])
    raw, _ = built.run(x)
    bound = case.bound(x)
    reference = case.reference(x)
    error = np.abs(case.to_units(raw) - reference)
    std = np.maximum(reference.std(axis=0), 0.01 * reference.std() + 1e-12)
    c = case.c()
    flash = [elf_file.read(b.library).sizes.flash for b in (timed, empty)]
    stack = max(m.stack_bytes for m in taken) - base.stack_bytes
    path = out / f"{setting.name}-{core}.elf"
    shutil.copyfile(built.library, path)
    return {
        "arithmetic": arithmetic,
        "features": case.count,
        "cycles": round(float(np.mean([m.cycles for m in taken]))) - base.cycles,
        "cycles_tag": base.model.tag,
        "functions": functions(taken, base),
        "flash_bytes": flash[0] - flash[1],
        "ram_bytes": c.state_bytes + c.scratch_bytes + stack,
        "state_bytes": c.state_bytes,
        "scratch_bytes": c.scratch_bytes,
        "stack_bytes": stack,
        "max_error": float((error / std).max()),
        "error_bound": float((bound / std).max()),
        "within_bound": bool(np.all(error <= bound)),
        "peer": {"cycles": setting.peer[0], "heap_bytes": setting.peer[1]}
        if setting.peer
        else None,
        "paths": {"elf": str(path)},
    }


def functions(taken: list[Measurement], base: Measurement) -> dict[str, int]:
    """Function → cycles in it alone, mean of windows, what the harness takes subtracted."""
    mean: dict[str, float] = {name: -count.cycles for name, count in base.functions.items()}
    for measured in taken:
        for name, count in measured.functions.items():
            mean[name] = mean.get(name, 0) + count.cycles / len(taken)
    ranked = sorted(mean.items(), key=lambda one: -one[1])
    return {name: round(cycles) for name, cycles in ranked if cycles > 0}


def text(rows: dict[str, dict[str, Any]]) -> str:
    """A table for the terminal."""
    lines = [f"{'':<48}{'cycles':>12}{'flash':>10}{'RAM':>10}{'stack':>8}{'error':>10}"]
    for setting in (s for s in settings() if s.name in rows):
        lines.append(f"{setting.name}: {setting.what}")
        for core, r in rows[setting.name].items():
            left = f"    {core}, {r['arithmetic']}, cycles {r['cycles_tag']}"
            lines.append(
                f"{left:<48}{r['cycles']:>12,}{r['flash_bytes']:>8,} B{r['ram_bytes']:>8,} B"
                f"{r['stack_bytes']:>6,} B{r['max_error']:>10.1e}"
            )
        if setting.peer:
            cycles, heap = setting.peer
            lines.append(f"{'    vendor SDK, Cortex-M4F, estimated':<48}{cycles:>12,}{heap:>18,} B")
    lines.append("flash: code and tables of the block alone; RAM: state, scratch and stack")
    lines.append("error: largest distance to the float64 reference, in deviations of the feature")
    return "\n".join(lines)


def by_function(rows: dict[str, dict[str, Any]]) -> str:
    """Where the cycles go: every function's own. The step of some blocks is in their caller."""
    lines = []
    for name, cores in rows.items():
        for core, r in cores.items():
            lines.append(f"{name}, {core}: {r['cycles']:,} cycles, {r['cycles_tag']}")
            for function, cycles in r["functions"].items():
                lines.append(f"    {function:<32}{cycles:>12,}{cycles / r['cycles']:>8.1%}")
    return "\n".join(lines)


def markdown(rows: dict[str, dict[str, Any]], block: str) -> str:
    """The cost table of a block's page."""
    head = "| setting | core | cycles a window | flash | RAM | of it stack | largest error |"
    lines = [head, "|---|---|---|---|---|---|---|"]
    for setting in (s for s in settings() if s.block == block and s.name in rows):
        for core, r in rows[setting.name].items():
            lines.append(
                f"| {setting.what} | {core}, {r['arithmetic']} | {r['cycles']:,} "
                f"({r['cycles_tag']}) | {r['flash_bytes']:,} B | {r['ram_bytes']:,} B | "
                f"{r['stack_bytes']:,} B | {r['max_error']:.0e} σ |"
            )
    return "\n".join(lines)


def write_pages(rows: dict[str, dict[str, Any]]) -> None:
    """Put the tables of whole blocks, on all cores, into their pages in the repository."""
    for block in sorted({s.block for s in settings()}):
        page = PAGES / block / f"{block}.md"
        old = page.read_text(encoding="utf-8")
        new, found = TABLE.subn(lambda _, b=block: markdown(rows, b) + "\n", old)  # type: ignore[misc]
        if found != 1:
            raise SystemExit(f"{page}: {found} cost tables, not one")
        page.write_text(new, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dsp")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--functions", action="store_true", help="cycles of every function")
    parser.add_argument("--markdown", metavar="BLOCK", help="the cost table of a block's page")
    parser.add_argument("--pages", action="store_true", help="write the tables of all pages")
    parser.add_argument("--core", action="append", choices=CORES, help="only these cores")
    parser.add_argument("--only", action="append", metavar="CASE", help="only these cases")
    parser.add_argument("--out", type=Path, default=Path("builds/dsp"), help="where ELFs go")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    names = [s.name for s in settings()]
    if unknown := set(args.only or ()) - set(names):
        parser.error(f"no case {', '.join(sorted(unknown))}; known: {', '.join(names)}")
    if args.pages and (args.core or args.only or args.markdown):
        parser.error("--pages writes whole tables: leave out --core, --only and --markdown")
    chosen = [
        s for s in settings()
        if args.markdown in (None, s.block) and s.name in (args.only or names)
    ]  # fmt: skip
    rows = {
        s.name: {core: measure(s, core, args.out) for core in args.core or CORES}
        for s in chosen
    }  # fmt: skip
    if args.pages:
        write_pages(rows)
    elif args.json:
        print(json.dumps({"blocks": rows}, indent=2))
    elif args.functions:
        print(by_function(rows))
    elif args.markdown:
        print(markdown(rows, args.markdown))
    else:
        print(text(rows))


if __name__ == "__main__":
    main()
