"""Print a whole pipeline as one C program: ring buffer, blocks, graphs, decision.

What is printed is data, sizes and one call per block and layer; the algorithms are files of the
runtime and of the plugins, copied under the program's own names.
"""

from __future__ import annotations

from dataclasses import asdict

from motekit import __version__, dsp
from motekit.core.decide import threshold_sum
from motekit.core.graph import Graph
from motekit.core.pipeline import PipelineSpec, require_frames
from motekit.core.target import TargetSpec
from motekit.dsp.chain import stages

from . import blocks as block_code
from . import steps
from .blocks import BlockCode
from .constants import literal
from .generated import Generated
from .network import GraphCode, emit_graph
from .plan import aligned
from .prefix import check_name, rename
from .print_c import comment, defines
from .select import Optimize
from .sources import with_headers

CORE_FILES = (
    "mk_pipeline.h", "mk_pipeline.c", "mk_decide.h", "mk_decide.c", "mk_types.h",
    "mk_history.h", "mk_history.c", "mk_features.h", "mk_align.h",
)  # fmt: skip
FLIGHT_FILES = ("mk_flight.h", "mk_flight.c")
ROLES = ("classifier", "anomaly", "regressor")
IDENTITY_BYTES = 16
SMALL = """/* Calls: small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif
"""
SMALL_END = """#if defined(__clang__)
#pragma clang attribute pop
#endif
"""
# Compared with unsigned numbers, so they are unsigned themselves.
COUNTS = (
    "MK_CHANNELS", "MK_WINDOW", "MK_STRIDE", "MK_SLACK", "MK_RING_FRAMES", "MK_FEATURES",
    "MK_CLASSES", "MK_SMOOTH", "MK_HOLD_OFF", "MK_THRESHOLD", "MK_ARENA_BYTES",
    "MK_FLIGHTS", "MK_FLIGHT_WORDS",
)  # fmt: skip


def compile_pipeline(
    spec: PipelineSpec, target: TargetSpec, optimize: Optimize = "speed"
) -> Generated:
    """The program of a trained pipeline, for one core.

    Args:
        spec: what to print; its name becomes the prefix of every symbol.
        target: decides between float and fixed-point blocks and which kernels may be used.
        optimize: what kernels are chosen for.

    Raises:
        InputError: blocks that do not fit the signal or each other, an op without a kernel, more
            frames than a program counts.
    """
    check_name(spec.name)
    require_frames(spec.signal, spec.slack, spec.name)
    arithmetic = target.arithmetic
    uses = block_code.code(spec, arithmetic, optimize)
    graphs = {role: _emit(role, spec, target, optimize) for role in ROLES if role in spec.graphs}
    program = _Program(spec, target, arithmetic, uses, graphs)
    files = {name: rename(body, spec.name) for name, body in program.files().items()}
    own = {rename(name, spec.name): body for name, body in files.items()}
    return Generated(
        name=spec.name,
        files=own,
        sizes=program.sizes(),
        parts={part: rename(symbol, spec.name) for part, symbol in program.parts().items()},
        layers=tuple(asdict(row) for g in graphs.values() for row in g.layers),
    )


def _emit(role: str, spec: PipelineSpec, target: TargetSpec, optimize: Optimize) -> GraphCode:
    """A graph of the pipeline; the int8 input of the network lies at the start of the arena."""
    graph = spec.graphs[role]
    own = role != "anomaly" and not _wide(graph)
    base = aligned(graph.type(graph.inputs[0]).nbytes) if own else 0
    places = {graph.inputs[0]: "in", graph.outputs[0]: "out"}
    return emit_graph(
        graph, f"{role}_", target, optimize,
        arena="arena.bytes", arena_base=base, external=places,
    )  # fmt: skip


def _wide(graph: Graph) -> bool:
    """Whether a graph reads the Q8.8 features themselves, not steps of int8."""
    return graph.type(graph.inputs[0]).dtype == "int16"


class _Program:
    """The pieces of one program, while it is printed."""

    def __init__(
        self,
        spec: PipelineSpec,
        target: TargetSpec,
        arithmetic: str,
        uses: tuple[BlockCode, ...],
        graphs: dict[str, GraphCode],
    ) -> None:
        self.spec = spec
        self.target = target
        self.arithmetic = arithmetic
        self.uses = uses
        self.graphs = graphs
        placed = stages(spec.signal, spec.blocks, spec.name)
        self.counts = [len(s.block.features(s.signal, s.use.params)) for s in placed]
        self.streams = any(u.c.streams for u in uses)
        self.features = len(spec.normalizer.mean)
        signal, sample = spec.signal, block_code.sample_bytes(spec)
        self.window = block_code.window_bytes(uses, sample)
        self.plan = steps.plan(
            uses, self.window, signal.length * len(signal.channels) * sample,
            -(-signal.length // signal.stride),
        )  # fmt: skip
        self.history = self.plan.history
        self.keeps = any(u.kept_offset is not None for u in uses)
        # Where one state serves all windows, it lies at the start of the arena.
        self.state_words = 0 if self.plan.flights else self.plan.words

    def sizes(self) -> dict[str, int]:
        """Bytes known without a linker."""
        signal = self.spec.signal
        frames = self.spec.slack + (signal.length if self.history else 0)
        sample = block_code.sample_bytes(self.spec)
        arena = max(
            [
                4,
                4 * self.state_words + block_code.scratch_bytes(self.uses),
                *(g.arena_base + g.arena_bytes for g in self.graphs.values()),
            ]
        )
        return {
            "arena_bytes": aligned(arena),
            "ring_bytes": frames * len(signal.channels) * sample,
            "state_bytes": block_code.stream_bytes(self.uses) + self.plan.flights * self.window,
            "feature_bytes": 2 * self.features,
            "weight_bytes": sum(g.weight_bytes for g in self.graphs.values()),
        }

    def parts(self) -> dict[str, str]:
        """Part of the bill → symbol."""
        found = {"dsp": "mk_dsp"}
        if self._streaming() or self.plan.flights:
            found["steps"] = "mk_blocks_step"
        if "classifier" in self.graphs:
            found["network"] = "mk_network"
        if "anomaly" in self.graphs:
            found["anomaly"] = "mk_anomaly"
        if "regressor" in self.graphs:
            found["regressor"] = "mk_regress"
        return found

    def files(self) -> dict[str, str]:
        """File name → text, under the library's names."""
        out = {
            f"{self.spec.name}.h": self._header(),
            f"{self.spec.name}.c": self._source(),
            "mk_config.h": self._config(),
        }
        out |= with_headers(CORE_FILES)
        if self.plan.flights:
            out |= with_headers(FLIGHT_FILES)
        if self.keeps:
            out |= with_headers(("mk_signal.h",))
        for use in self.uses:
            package = dsp.block(use.block).package
            out |= with_headers(use.c.sources, package)
        for graph in self.graphs.values():
            out |= graph.sources
        return out

    def _provenance(self, what: str) -> str:
        return comment(
            f"{what}\nmotekit {__version__}, for {self.target.name}, from {self.spec.identity}"
        )

    def _config(self) -> str:
        spec, signal = self.spec, self.spec.signal
        sizes = self.sizes()
        base: dict[str, int] = {
            "MK_CHANNELS": len(signal.channels),
            "MK_WINDOW": signal.length,
            "MK_STRIDE": signal.stride,
            "MK_SLACK": spec.slack,
            "MK_HISTORY": int(self.history),
            "MK_STREAMING": int(bool(self._streaming() or self.plan.flights)),
            "MK_STREAMS": int(self.streams),
            "MK_RING_FRAMES": spec.slack + (signal.length if self.history else 0),
            "MK_FEATURES": self.features,
            "MK_CLASSES": len(spec.classes) if "classifier" in self.graphs else 0,
            "MK_HAS_ANOMALY": int("anomaly" in self.graphs),
            "MK_HAS_VALUE": int("regressor" in self.graphs),
            "MK_ANOMALY_THRESHOLD": spec.decision.anomaly_threshold or 0,
            "MK_SMOOTH": spec.decision.smooth,
            "MK_HOLD_OFF": spec.decision.hold_off,
            "MK_THRESHOLD": threshold_sum(spec.decision),
            "MK_FIXED": int(self.arithmetic == "fixed"),
            "MK_RAW": 0,
            "MK_SAMPLE_F32": int(signal.sample == "float32"),
            "MK_ARENA_BYTES": sizes["arena_bytes"],
        }
        if self.plan.flights:
            base |= {"MK_FLIGHTS": self.plan.flights, "MK_FLIGHT_WORDS": self.plan.words}
        parts = {"the pipeline": base}
        parts |= {f"block {u.name}": dict(u.c.defines) for u in self.uses}
        parts |= {f"the {role}": dict(g.defines) for role, g in self.graphs.items()}
        merged = {
            name: f"{value}U" if name in COUNTS else value
            for name, value in block_code.merge_defines(parts).items()
        }
        guard = "#ifndef MK_CONFIG_H\n#define MK_CONFIG_H\n\n"
        return (
            self._provenance("Sizes and choices.") + "\n" + guard + defines(merged) + "\n#endif\n"
        )

    def _header(self) -> str:
        spec, signal = self.spec, self.spec.signal
        names = "".join(
            f"#define MK_CLASS_{_macro(label)} {i}\n" for i, label in enumerate(spec.classes)
        )
        channels = ", ".join(f'"{c}"' for c in signal.channels)
        classes = ", ".join(f'"{_c_string(c)}"' for c in spec.classes)
        units = ", ".join(
            f"{c} [{s:.9g} {u}]"
            for c, s, u in zip(signal.channels, signal.scale, signal.units, strict=True)
        )
        sizes = self.sizes()
        static = sum(v for k, v in sizes.items() if k != "weight_bytes")
        guard = f"{spec.name.upper()}_H"
        lines = [
            self._provenance(f"{spec.name}: the header to include."),
            f"#ifndef {guard}\n#define {guard}\n",
            '#include "mk_pipeline.h"\n',
            comment(f"{signal.rate_hz:.9g} samples a second; one count is worth: {units}"),
            f"#define MK_RATE_HZ {literal(signal.rate_hz, 'float')}",
            f"#define MK_CHANNEL_NAMES {channels}",
            f"#define MK_CLASS_NAMES {classes or '0'}",
            *self._value_macros(),
            names,
            comment("Bytes. MK_BUFFER_BYTES: ring, arena, block states and features together."),
            defines({f"MK_{k.upper()}": v for k, v in sizes.items() if k != "arena_bytes"}),
            f"#define MK_BUFFER_BYTES {static}",
            "#if defined(MK_MAX_BUFFER_BYTES) && (MK_BUFFER_BYTES > MK_MAX_BUFFER_BYTES)",
            f'#error "{spec.name} needs more RAM than MK_MAX_BUFFER_BYTES allows"',
            "#endif\n",
            self._invoke_declaration(),
            "#endif",
        ]
        return "\n".join(lines) + "\n"

    @property
    def _wide_input(self) -> bool:
        return _wide(self.spec.graphs["classifier"])

    @property
    def _invoke(self) -> str:
        """The head of the bare network's function."""
        ctype = "int16_t" if self._wide_input else "int8_t"
        return f"int mk_invoke(const {ctype} *in, int8_t *out)"

    def _value_macros(self) -> list[str]:
        if "regressor" not in self.graphs:
            return []
        value = self.spec.value
        return [
            comment("What mk_result.value tells: MK_VALUE_OFFSET + MK_VALUE_SCALE * value."),
            f"#define MK_VALUE_OFFSET {literal(value.offset, 'float')}",
            f"#define MK_VALUE_SCALE {literal(value.scale, 'float')}",
        ]

    def _invoke_declaration(self) -> str:
        if "classifier" not in self.graphs:
            return ""
        given = "Q8.8" if self._wide_input else "int8"
        text = f"The bare network: MK_FEATURES {given} inputs, MK_CLASSES int8 scores. Returns 0.\n"
        text += "Shares memory with mk_process: not to be called while that runs."
        declaration = f"{self._invoke};\n"
        wrap = "#ifdef __cplusplus\n{}\n#endif\n"
        opening, closing = wrap.format('extern "C" {'), wrap.format("}")
        return opening + comment(text) + declaration + closing

    def _source(self) -> str:
        includes = [f'#include "{self.spec.name}.h"', "", "#include <stddef.h>", ""]
        heads = ["mk_align.h", "mk_block.h", "mk_features.h"]
        heads += ["mk_flight.h"] if self.plan.flights else []
        heads += ["mk_signal.h"] if self.keeps else []
        heads += [n for u in self.uses for n in u.c.sources if n == f"mk_{u.block}.h"]
        heads += [n for g in self.graphs.values() for n in g.includes]
        includes += [f'#include "{n}"' for n in dict.fromkeys(heads)]
        parts = [
            self._provenance(f"{self.spec.name}: constants, and one call per block and layer."),
            "\n".join(includes) + "\n",
            self._memory(),
            self._identity(),
            *(f"{comment(f'Block {u.name}')}{u.data}" for u in self.uses),
            self._normalisation(),
            *(g.data_c for g in self.graphs.values()),
            SMALL,
            self._works(),
            self._window(),
            self._blocks(),
            self._dsp(),
            self._network(),
            SMALL_END,
            self._anomaly(),
            self._regressor(),
        ]
        return "\n".join(part for part in parts if part)

    def _memory(self) -> str:
        note = "One arena: scratch of the blocks, then activations of the graphs, in turn."
        lines = [
            comment(note) + "static union {",
            "    uint32_t words[MK_ARENA_BYTES / 4U];",
            "    int8_t bytes[MK_ARENA_BYTES];",
            "} arena;",
            "",
        ]
        if block_code.stream_bytes(self.uses):
            words = block_code.stream_bytes(self.uses) // 4
            lines = [f"static uint32_t block_state[{words}];", *lines]
        return "\n".join(lines)

    def _identity(self) -> str:
        raw = bytes.fromhex(self.spec.identity or "00" * IDENTITY_BYTES)[:IDENTITY_BYTES]
        body = ", ".join(f"0x{byte:02x}U" for byte in raw.ljust(IDENTITY_BYTES, b"\0"))
        return f"const uint8_t mk_identity[MK_IDENTITY_BYTES] = {{{body}}};\n"

    def _normalisation(self) -> str:
        norm = self.spec.normalizer
        if self.arithmetic == "fixed":
            rows = norm.fixed([lsb for u in self.uses for lsb in u.c.lsb])
            items = [
                f"    {{{', '.join(literal(int(v), 'int32_t') for v in row)}}},"
                for row in zip(*rows, strict=True)
            ]
        else:
            items = [
                f"    {{{literal(m, 'float')}, {literal(a, 'float')}}},"
                for m, a in zip(*norm.multiplier(), strict=True)
            ]
        body = "\n".join(items)
        note = "Feature -> Q8.8, learned on the training windows."
        return f"{comment(note)}static const mk_norm norm[MK_FEATURES] = {{\n{body}\n}};\n"

    def _streaming(self) -> list[BlockCode]:
        """Blocks whose state goes on from window to window."""
        return [u for u in self.uses if u.c.state_bytes and not u.per_window]

    def _window(self) -> str:
        """mk_window_start and mk_window_step: the blocks whose state is of one window."""
        if not self.plan.words:
            return ""
        head = "void mk_window_{}\n{{\n" if self.plan.flights else "static void mk_window_{}\n{{\n"
        start = head.format("start(uint32_t *state)") + _indented(steps.starts(self.uses))
        step = head.format("step(uint32_t *state, const mk_sample *frame)")
        return f"{start}}}\n\n{step}{_indented(steps.steps(self.uses))}}}\n"

    def _blocks(self) -> str:
        """mk_blocks_start and mk_blocks_step."""
        if not self._streaming() and not self.plan.flights:
            return ""
        start, step = [], []
        for u in self._streaming():
            state = f"&block_state[{u.state_offset // 4}]"
            picks, fed = steps.frame(u, "frame")
            start.append(f"mk_{u.block}_init(&{u.name}, {state});")
            step += [*picks, f"mk_{u.block}_step(&{u.name}, {state}, {fed}{steps.work(u)});"]
        if self.plan.flights:
            start.append("mk_flight_start();")
            step.append("mk_flight_step(frame);")
        return (
            f"void mk_blocks_start(void)\n{{\n{_indented(start)}}}\n\n"
            f"void mk_blocks_step(const mk_sample *frame)\n{{\n{_indented(step)}}}\n"
        )

    def _works(self) -> str:
        """What streaming blocks get beside a frame: scratch, and where their features are."""
        out, first = "", 0
        for u, count in zip(self.uses, self.counts, strict=True):
            if u.c.streams:
                place = f"{{&mk_window_features[{first}], &norm[{first}]}}"
                scratch = f"&arena.words[{self.state_words}]" if self.state_words else "arena.words"
                out += f"static const mk_work {u.name}_work = {{{scratch}, {place}}};\n"
            first += count
        return f"{out}\n" if out else ""

    def _dsp(self) -> str:
        maps, lines = "", ["mk_features out = {features, norm};"]
        scratch = "arena.words"
        if self.plan.flights:
            lines.append("uint32_t *const state = mk_flight_done();")
        elif self.plan.words:
            lines += [
                "uint32_t *const state = arena.words;",
                "mk_window_start(state);",
                "for (uint32_t i = 0; i < MK_WINDOW; i++) {",
                "    const uint32_t at = history->start + i;",
                "    const uint32_t wrap = (at >= history->capacity) ? history->capacity : 0U;",
                "    mk_window_step(state, &history->ring[(at - wrap) * MK_CHANNELS]);",
                "}",
            ]
            scratch = f"&arena.words[{self.plan.words}]"
        ends = [steps.finish(u, scratch) for u in self.uses if u.made is None]
        if any("&none" in line for _, end in ends for line in end):
            lines += ["mk_history none = *history;", "none.length = 0;"]
        for constants, end in ends:
            maps += constants
            lines += end
        if not any("history" in line.replace("mk_history", "") for line in lines):
            lines.insert(0, "(void)history; /* nobody reads a window */")
        head = "void mk_dsp(const mk_history *history, int16_t *features)\n{\n"
        return f"{maps}{head}{_indented(lines)}}}\n"

    def _network(self) -> str:
        if "classifier" not in self.graphs:
            return ""
        body = _indent(self.graphs["classifier"].body_c)
        network = f"{self._invoke}\n{{\n{body}    return 0;\n}}\n\n"
        if self._wide_input:
            return network + (
                "void mk_network(const int16_t *features, int8_t *scores)\n{\n"
                "    (void)mk_invoke(features, scores);\n}\n"
            )
        return network + (
            "void mk_network(const int16_t *features, int8_t *scores)\n{\n"
            "    int8_t *const in = arena.bytes; /* the layers keep clear of it */\n"
            "    for (uint32_t i = 0; i < MK_FEATURES; i++) {\n"
            "        in[i] = mk_step_of(features[i]);\n"
            "    }\n"
            "    (void)mk_invoke(in, scores);\n}\n"
        )

    def _regressor(self) -> str:
        if "regressor" not in self.graphs:
            return ""
        return (
            "int8_t mk_regress(const int16_t *features)\n{\n    int8_t value = 0;\n"
            "    int8_t *const in = arena.bytes; /* the layers keep clear of it */\n"
            "    int8_t *const out = &value;\n"
            "    for (uint32_t i = 0; i < MK_FEATURES; i++) {\n"
            "        in[i] = mk_step_of(features[i]);\n"
            "    }\n" + _indent(self.graphs["regressor"].body_c) + "    return value;\n}\n"
        )

    def _anomaly(self) -> str:
        if "anomaly" not in self.graphs:
            return ""
        return (
            "int32_t mk_anomaly(const int16_t *features)\n{\n    int32_t score = 0;\n"
            "    const int16_t *const in = features;\n    int32_t *const out = &score;\n"
            + _indent(self.graphs["anomaly"].body_c)
            + "    return score;\n}\n"
        )


def _indent(body: str) -> str:
    return _indented(body.splitlines())


def _indented(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)


def _macro(label: str) -> str:
    """A class name as part of a macro: letters and digits kept, the rest becomes _."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in label.upper())


def _c_string(label: str) -> str:
    """A class name inside a C string literal."""
    return "".join(c if c.isprintable() and c not in '"\\?' else "_" for c in label)
