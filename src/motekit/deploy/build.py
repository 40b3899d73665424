"""Build: generated C, the linked program, its proof and its bill, in one folder per core.

    <folder>/<core>/c/            the C library: drop these files into any build system
    <folder>/<core>/<name>.elf    the program that was measured and run
    <folder>/<core>/build.json    its costs and layers, for `motekit diff`
    <folder>/<core>/proof/        vectors, the runner in C, manifest.json, verdict.json

The same pipeline and windows give the same bytes in any folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit import __version__, targets
from motekit.compiler.generated import Generated
from motekit.compiler.pipeline import compile_pipeline
from motekit.compiler.select import Optimize
from motekit.core.errors import MotekitError
from motekit.core.pipeline import PipelineSpec
from motekit.graph.exporters.tflite import expressible, to_tflite
from motekit.graph.oracle import Oracle

from . import measure, pack, record
from .bill import Bill
from .earlier import require_build
from .emulate import Done, Emulated, EmulatedProgram, link_program
from .host import HostProgram, Outcome
from .prove import Proof, prove
from .waiting import with_room

WATCHED = 2  # windows of the run that looks for accesses the core would fault on


@dataclass(frozen=True)
class Built:
    """A program that was built, run and proven for one core.

    Args:
        c_dir: folder of the C files; elf: the program; proof_dir: the proof pack.
        tflite: the bare network, or None without one that TFLite can say.
        emulated, host: what both made of the windows.
    """

    spec: PipelineSpec
    generated: Generated
    c_dir: Path
    elf: Path
    proof_dir: Path
    tflite: Path | None
    proof: Proof
    bill: Bill
    emulated: Emulated
    host: Outcome


@dataclass(frozen=True)
class Options:
    """How to build: core, compiler, optimisation level, what kernels are chosen for.

    Args:
        slack: sample frames that may come in while a window is computed; 0: as many as do at the
            clock of `board`, or of the slowest known board with this core.
    """

    core: str = "cortex-m4f"
    compiler: str = "zig"
    opt: str = "-Os"
    optimize: Optimize = "speed"
    slack: int = 0
    board: str = ""


def build(
    spec: PipelineSpec,
    windows: npt.NDArray[np.generic],
    folder: Path,
    oracle: Oracle,
    options: Options | None = None,
    done: Done | None = None,
) -> Built:
    """Compile, link, run every window, compare, measure, and write it all to `folder`.

    Args:
        windows: shape (windows, samples, channels): held-out windows.
        done: told (windows run, all windows).

    Raises:
        PromiseError: by `Built.proof.require()`, which the caller decides on; never here.
        InputError, MachineError: what could not be compiled or written. The folder of the core
            is then left as it was.
    """
    options = options or Options()
    final = folder / options.core
    require_build(final)
    working = folder / f".{options.core}.partial"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    try:
        built = _build(spec, windows, working, oracle, options, done)
        shutil.rmtree(final, ignore_errors=True)
        working.rename(final)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return _moved(built, final)


def _build(
    spec: PipelineSpec,
    windows: npt.NDArray[np.generic],
    folder: Path,
    oracle: Oracle,
    options: Options,
    done: Done | None,
) -> Built:
    if options.slack:
        spec = replace(spec, slack=options.slack)
    generated, elf, program = _linked(spec, folder, options)
    if not options.slack:
        roomy = with_room(spec, program, windows, options.core, options.board)
        if roomy != spec:
            spec = roomy
            generated, elf, program = _linked(spec, folder, options)
    c_dir = folder / "c"
    generated.write(c_dir)
    licence = resources.files("motekit").joinpath("runtime", "LICENSE.generated")
    (c_dir / "LICENSE").write_text(licence.read_text(encoding="utf-8"), encoding="utf-8")
    emulated = program.windows(windows, done)
    watched = EmulatedProgram(spec, generated, options.core, elf, check_alignment=True)
    watched.windows(windows[:WATCHED], each=False)  # raises Fault; its results are not used
    host = HostProgram(spec, generated).windows(windows)
    proof = prove(
        spec, windows, emulated, host, oracle,
        core=options.core, compiler=options.compiler, opt=options.opt,
    )  # fmt: skip
    bill = measure.bill(spec, program, emulated, windows)
    tflite = None
    if "classifier" in spec.graphs and expressible(spec.graphs["classifier"]):
        tflite = folder / f"{spec.name}.tflite"
        tflite.write_bytes(to_tflite(spec.graphs["classifier"]))
    built = Built(
        spec, generated, c_dir, elf, folder / "proof", tflite, proof, bill, emulated, host
    )
    record.write(
        folder,
        record.pipeline(
            spec.name, options.core, bill.as_dict(), generated.layers, motekit=__version__,
            optimize=options.optimize, compiler=options.compiler, opt=options.opt,
        ),
    )  # fmt: skip
    pack.write(built.proof_dir, spec, generated, windows, emulated, proof, bill)
    _manifest(folder, spec, options)
    return built


def _linked(
    spec: PipelineSpec, folder: Path, options: Options
) -> tuple[Generated, Path, EmulatedProgram]:
    """The program of a pipeline: its C, the ELF in `folder`, and that in an emulated core."""
    generated = compile_pipeline(spec, targets.core(options.core).spec, options.optimize)
    elf = link_program(
        generated, options.core, folder / f"{spec.name}.elf", options.compiler, options.opt
    )
    return generated, elf, EmulatedProgram(spec, generated, options.core, elf)


def _moved(built: Built, folder: Path) -> Built:
    """The same build under its final folder."""
    return Built(
        built.spec, built.generated, folder / "c", folder / built.elf.name, folder / "proof",
        None if built.tflite is None else folder / built.tflite.name,
        built.proof, built.bill, built.emulated, built.host,
    )  # fmt: skip


def _manifest(folder: Path, spec: PipelineSpec, options: Options) -> None:
    """manifest.json: what this is and the SHA-256 of every file of the build."""
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "motekit": __version__,
        "name": spec.name,
        "identity": spec.identity,
        "core": options.core,
        "compiler": options.compiler,
        "opt": options.opt,
        "optimize": options.optimize,
        "files": files,
    }
    write_json(folder / "proof" / "manifest.json", manifest)


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """JSON with a final newline; the same value gives the same bytes."""
    path.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def check_manifest(folder: Path) -> list[str]:
    """Files of a build that are missing or changed since it was made."""
    try:
        files = json.loads((folder / "proof" / "manifest.json").read_text())["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MotekitError("not a build: no readable manifest", where=folder) from error
    return [
        name
        for name, digest in files.items()
        if not (folder / name).is_file()
        or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]
