"""One use of a block as a program of its own: compiled for this computer or a core, and run."""

from __future__ import annotations

import atexit
import ctypes
import functools
import hashlib
import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.compiler import blocks as print_blocks
from motekit.compiler import sources
from motekit.compiler.print_c import defines as print_defines
from motekit.core.block import Block, CBlock, Signal
from motekit.targets.emulation import Machine, Measurement
from motekit.targets.toolchain import Settings, compile_objects, load, program, shared_library

Samples = npt.NDArray[np.generic]
Features = tuple[npt.NDArray[Any], npt.NDArray[np.int16]]  # raw, Q8.8
GUARD_WORDS = 4
GUARD = 0xDEADBEEF

# The block behind a ring: `mk_case_run` for one window, `mk_case_many` for windows in a row.
HARNESS = """
#include <stddef.h>

static uint32_t state[{state} + {guard}];
static uint32_t scratch[{scratch} + {guard}];

static uint32_t touched(const uint32_t *guard)
{{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < {guard}U; i++) {{
        bad |= guard[i] ^ {word}U;
    }}
    return bad;
}}

{steps}
uint32_t mk_case_run(const mk_history *h, const mk_norm *norm, int16_t *q, mk_feature *raw);
uint32_t mk_case_run(const mk_history *h, const mk_norm *norm, int16_t *q, mk_feature *raw)
{{
    mk_features out = {{q, raw, norm}};
    for (uint32_t i = 0; i < {state}U + {guard}U; i++) {{
        state[i] = {word}U;
    }}
    for (uint32_t i = 0; i < {scratch}U + {guard}U; i++) {{
        scratch[i] = {word}U;
    }}
#if defined(MK_CASE_EMPTY) /* what the harness alone takes */
    (void)h;
    {empty}
    return touched(&state[{state}]) | touched(&scratch[{scratch}]) | (uint32_t)(out.q == NULL);
#else
{run}
    const ptrdiff_t count = out.q - q;
    return touched(&state[{state}]) | touched(&scratch[{scratch}])
        | (uint32_t)(count != {features}) | (uint32_t)(out.norm - norm != count)
        | (uint32_t)((raw != NULL) && (out.raw - raw != count));
#endif
}}

__attribute__((noinline)) uint32_t mk_case_many(const mk_sample *windows, uint32_t count,
                                                const mk_norm *norm, int16_t *q, mk_feature *raw);
uint32_t mk_case_many(const mk_sample *windows, uint32_t count, const mk_norm *norm, int16_t *q,
                      mk_feature *raw)
{{
    uint32_t bad = 0;
    for (uint32_t w = 0; w < count; w++) {{
        const mk_history h = {{windows, {length}, 0, {length}, {channels}, NULL}};
        bad |= mk_case_run(&h, norm, q, raw);
        windows += {length} * {channels};
        q += {features};
        raw += {features};
    }}
    return bad;
}}

uint32_t mk_case_wrapped(const mk_sample *ring, uint32_t capacity, uint32_t start,
                         const mk_norm *norm, int16_t *q, mk_feature *raw);
uint32_t mk_case_wrapped(const mk_sample *ring, uint32_t capacity, uint32_t start,
                         const mk_norm *norm, int16_t *q, mk_feature *raw)
{{
    static const uint8_t map[{channels}] = {{{map}}};
    const mk_history h = {{ring, (uint16_t)capacity, (uint16_t)start, {length}, {channels} + 1,
                           map}};
    return mk_case_run(&h, norm, q, raw);
}}
"""

MAIN = """
int main(void);
int main(void)
{{
    volatile uint32_t none = 0; /* keeps the functions in the program */
    return (int)mk_case_many(NULL, none, NULL, NULL, NULL);
}}
"""

PUTS = {"float": "mk_features_f32.c", "fixed": "mk_features_q.c"}
STATELESS = "    {call}_finish(&{name}, NULL, h, scratch, &out);"
STATEFUL = """    {call}_init(&{name}, state);
    steps(h, &out);
    {call}_finish(&{name}, state, h, scratch, &out);"""
# Every frame of a window, its channels picked, given to the block; left out of what the harness
# takes where only that is measured.
STEPS = """
static void steps(const mk_history *restrict h, const mk_features *out)
{{
    /* restrict: no store of the block changes h, so that the loop is that of MK_CASE_EMPTY */
    const mk_sample *frame = &h->ring[(uint32_t)h->start * h->channels];
    const mk_sample *const end = &h->ring[(uint32_t)h->capacity * h->channels];
{work}    for (uint32_t i = 0; i < h->length; i++) {{
        const mk_sample *at = frame;
        mk_sample picked[{channels}];
        if (h->map != NULL) {{
            for (uint32_t c = 0; c < {channels}U; c++) {{
                picked[c] = frame[h->map[c]];
            }}
            at = picked;
        }}
#if defined(MK_CASE_EMPTY)
        (void)*(const volatile mk_sample *)at;
        (void)out;
#else
        {call}_step(&{name}, state, at{pass_});
#endif
        frame += h->channels;
        frame = (frame == end) ? h->ring : frame;
    }}
}}

uint32_t mk_case_stream(const mk_sample *samples, uint32_t count, uint32_t stride,
                        const mk_norm *norm, int16_t *q, mk_feature *raw);
uint32_t mk_case_stream(const mk_sample *samples, uint32_t count, uint32_t stride,
                        const mk_norm *norm, int16_t *q, mk_feature *raw)
{{
    uint32_t windows = 0;
    uint32_t end = {length};
    {call}_init(&{name}, state);
    for (uint32_t i = 0; i < count; i++) {{
        mk_features out = {{q, raw, norm}};
        {stream_work}{call}_step(&{name}, state, &samples[i * {channels}U]{pass_});
        if ((i + 1U) == end) {{
            const mk_history h = {{&samples[(end - {length}U) * {channels}U], {length}, 0,
                                   {length}, {channels}, NULL}};
            {call}_finish(&{name}, state, &h, scratch, &out);
            q = out.q;
            raw = out.raw;
            end += stride;
            windows++;
        }}
    }}
    return windows;
}}
"""


# A block that makes a signal: its samples take the place of features.
MAKER = """    mk_sample made[{made}];
{init}    for (uint32_t i = 0; i < {length}U; i++) {{
        const uint32_t frame = (h->start + i) % h->capacity;
        mk_sample picked[{channels}];
        for (uint32_t c = 0; c < {channels}U; c++) {{
            const uint32_t column = (h->map == NULL) ? c : h->map[c];
            picked[c] = h->ring[(frame * h->channels) + column];
        }}
        if ({call}_step(&{name}, state, picked, made) != 0U) {{
            for (uint32_t c = 0; c < {made}U; c++) {{
#if defined(MK_CASE_KEEP) /* what a reader would find */
                *out.q = (int16_t)made[c];
                out.q++;
                out.norm++;
                out.raw++;
#else
                {put}(&out, made[c]);
#endif
            }}
        }}
    }}
    (void)scratch;"""


@dataclass(frozen=True)
class Case:
    """A block with a signal and parameters, in one arithmetic.

    Args:
        arithmetic: "float" or "fixed".
        optimize: "flash": in its smaller form, if it has one.
    """

    block: Block
    signal: Signal
    params: Any
    arithmetic: str = "float"
    optimize: str = "speed"

    def c(self) -> CBlock:
        c = self.block.c(self.signal, self.params, self.arithmetic)
        return (c.smaller if self.optimize == "flash" else None) or c

    @property
    def made(self) -> Signal | None:
        """The signal that the block makes, if it does."""
        return self.block.output(self.signal, self.params) if self.block.output else None

    @property
    def names(self) -> list[str]:
        """Names of the features, or of the samples that the block makes."""
        if self.made is None:
            return [f.name for f in self.block.features(self.signal, self.params)]
        return [f"{c}[{t}]" for t in range(self.made.length) for c in self.made.channels]

    @property
    def count(self) -> int:
        """Number of features, or of samples that the block makes."""
        return len(self.names)

    @property
    def lsb(self) -> npt.NDArray[np.float64]:
        """What one integer is worth; a sample that the block makes is one in float, too."""
        if self.made is not None:
            return np.tile(self.made.scale, self.made.length)
        return np.array(self.c().lsb)

    @property
    def sample_type(self) -> npt.DTypeLike:
        return np.int16 if self.signal.sample == "int16" else np.float32

    @property
    def feature_type(self) -> npt.DTypeLike:
        return np.float32 if self.arithmetic == "float" else np.int32

    def natural(self, windows: Samples) -> npt.NDArray[np.float64]:
        """Windows of samples in their units, as the reference reads them."""
        return np.asarray(windows.astype(np.float64) * np.array(self.signal.scale))

    def reference(self, windows: Samples) -> npt.NDArray[np.float64]:
        """What the C of this arithmetic stands for, in feature units."""
        values = self.block.reference(self.natural(windows), self.signal, self.params)
        return self.flat(values)

    def flat(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Samples that the block makes (… × samples × channels) in a row; features as they are."""
        return values if self.made is None else values.reshape(*values.shape[:-2], -1)

    def bound(self, windows: Samples) -> npt.NDArray[np.float64]:
        """The largest error promised, per window and feature."""
        natural = self.natural(windows)
        return self.flat(self.block.bound(self.signal, self.params, self.arithmetic, natural))

    def to_units(self, raw: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Features as the C put them → feature units."""
        if self.arithmetic == "float" and self.made is None:
            return raw.astype(np.float64)
        return np.asarray(raw.astype(np.float64) * self.lsb)

    def files(self, folder: Path) -> list[Path]:
        """Write every C file of the case; returns the .c files."""
        c, name = self.c(), self.block.name
        config = {
            "MK_SAMPLE_F32": int(self.signal.sample != "int16"),
            "MK_FIXED": int(self.arithmetic == "fixed"),
            **c.defines,
        }
        guard = "#ifndef MK_CONFIG_H\n#define MK_CONFIG_H\n"
        (folder / "mk_config.h").write_text(f"{guard}{print_defines(config)}#endif\n")
        own = c.sources if self.made is None else (*c.sources, PUTS[self.arithmetic])
        for source in own:
            (folder / source).write_text(sources.text(source, self.block.package))
        (folder / "mk_case.c").write_text(self._harness(c, name))
        return [folder / "mk_case.c", *(folder / s for s in own if s.endswith(".c"))]

    def _harness(self, c: CBlock, name: str) -> str:
        channels = len(self.signal.channels)
        values = {
            "call": f"mk_{name}", "name": "use", "length": self.signal.length,
            "channels": channels, "made": len(self.made.channels) if self.made else 0,
            "put": "mk_put_q" if self.arithmetic == "fixed" else "mk_put_f32",
            "init": f"    mk_{name}_init(&use, state);\n" if c.state_bytes else "",
        }  # fmt: skip
        how = MAKER if self.made else STATEFUL if c.state_bytes else STATELESS
        run = how.format(**values)
        steps = ""
        if how is STATEFUL:
            steps = STEPS.format(
                pass_=", &work" if c.streams else "",
                work="    const mk_work work = {scratch, *out};\n"
                if c.streams
                else "    (void)out;\n",
                stream_work="const mk_work work = {scratch, out};\n        " if c.streams else "",
                **values,
            )
        data = print_blocks._data("use", name, c)
        text = HARNESS.format(
            run=run, steps=steps, empty="steps(h, &out);" if steps else "",
            state=-(-c.state_bytes // 4), scratch=-(-c.scratch_bytes // 4),
            guard=GUARD_WORDS, word=GUARD, features=self.count, length=self.signal.length,
            channels=channels, map=", ".join(str(i + 1) for i in reversed(range(channels))),
        )  # fmt: skip
        return f'#include "mk_{name}.h"\n\n{data}{_fields(c, name)}{text}{MAIN.format()}'


def _fields(c: CBlock, name: str) -> str:
    """Checks at compile time that the struct has these fields, in this order, and no others."""
    struct, fields = f"mk_{name}_params", list(c.params)
    lines = ["#if defined(MK_CHECK_FIELDS)", "#include <stddef.h>"]
    pairs = itertools.pairwise(fields)
    checks = [f"offsetof({struct}, {a}) < offsetof({struct}, {b})" for a, b in pairs]
    size = f"sizeof(((const {struct} *)NULL)->{fields[-1]})"
    end = f"(offsetof({struct}, {fields[-1]}) + {size})"
    checks.append(f"sizeof({struct}) - {end} < sizeof(void *)")
    lines += [f"typedef char check_{i}[({check}) ? 1 : -1];" for i, check in enumerate(checks)]
    return "\n".join([*lines, "#endif", ""])


@functools.cache
def _root() -> Path:
    """A folder for all builds of this process; gone when it ends."""
    folder = tempfile.mkdtemp(prefix="motekit-cases-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@dataclass
class Built:
    """A case compiled, ready to run.

    Args:
        core: "host" or an emulated core.
    """

    case: Case
    core: str = "host"
    compiler: str = "zig"
    opt: str = "-Os"
    sanitize: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    folder: Path = field(init=False)
    library: Path = field(init=False)

    def __post_init__(self) -> None:
        key = repr((self.case, self.core, self.compiler, self.opt, self.sanitize, self.extra))
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        self.folder = _root() / name
        self.folder.mkdir(exist_ok=True)
        files = self.case.files(self.folder)
        core = targets.core(self.core)
        settings = Settings(
            compiler=self.compiler, opt=self.opt, sanitize=self.sanitize, extra=self.extra
        )
        make = shared_library if self.core == "host" else program
        self.library = make(core, files, self.folder / "case.elf", settings)

    def objects(self) -> tuple[Path, ...]:
        """The compiled files of the block alone."""
        files = [f for f in self.case.files(self.folder) if f.name != "mk_case.c"]
        settings = Settings(compiler=self.compiler, opt=self.opt, extra=self.extra)
        return compile_objects(targets.core(self.core), files, settings)

    def norm(self, columns: tuple[npt.NDArray[Any], ...]) -> bytes:
        """Rows of mk_norm from columns."""
        kind = "<f4" if self.case.arithmetic == "float" else "<i4"
        return np.stack(columns, axis=-1).astype(kind).tobytes()

    def plain_norm(self) -> bytes:
        """A normalisation that changes nothing."""
        one = np.ones(self.case.count)
        zero = np.zeros(self.case.count)
        if self.case.arithmetic == "float":
            return self.norm((one, zero))
        return self.norm((zero, 2 * one, one))

    def run(self, windows: Samples, norm: bytes | None = None) -> Features:
        """(raw features, Q8.8 features) of windows (count × samples × channels)."""
        windows = np.ascontiguousarray(windows, dtype=self.case.sample_type)
        norm = self.plain_norm() if norm is None else norm
        if self.core == "host":
            return self._host(windows, norm)
        return self._emulated(windows, norm)

    def _host(self, windows: Samples, norm: bytes) -> Features:
        raw = np.zeros((len(windows), self.case.count), self.case.feature_type)
        q = np.zeros(raw.shape, np.int16)
        function = load(self.library).mk_case_many
        function.restype = ctypes.c_uint32
        pointers = [windows.ctypes.data, q.ctypes.data, raw.ctypes.data]
        at, q_at, raw_at = (ctypes.c_void_p(p) for p in pointers)
        bad = function(at, ctypes.c_uint32(len(windows)), ctypes.c_char_p(norm), q_at, raw_at)
        assert bad == 0, "wrote outside its state or scratch, or not one feature per name"
        return raw, q

    def wrapped(self, ring: Samples, start: int) -> npt.NDArray[Any]:
        """Raw features of a window in a ring with one channel more, ours in reverse order."""
        ring = np.ascontiguousarray(ring, dtype=self.case.sample_type)
        raw = np.zeros(self.case.count, self.case.feature_type)
        q = np.zeros(raw.shape, np.int16)
        function = load(self.library).mk_case_wrapped
        function.restype = ctypes.c_uint32
        bad = function(
            ctypes.c_void_p(ring.ctypes.data), ctypes.c_uint32(len(ring)), ctypes.c_uint32(start),
            ctypes.c_char_p(self.plain_norm()), ctypes.c_void_p(q.ctypes.data),
            ctypes.c_void_p(raw.ctypes.data),
        )  # fmt: skip
        assert bad == 0
        return raw

    def stream(self, samples: Samples) -> npt.NDArray[Any]:
        """Raw features of all windows of a stream that starts once (host only, stateful blocks)."""
        samples = np.ascontiguousarray(samples, dtype=self.case.sample_type)
        signal = self.case.signal
        windows = 1 + (len(samples) - signal.length) // signal.stride
        raw = np.zeros((windows, self.case.count), self.case.feature_type)
        q = np.zeros(raw.shape, np.int16)
        function = load(self.library).mk_case_stream
        function.restype = ctypes.c_uint32
        norm = self.plain_norm()
        done = function(
            ctypes.c_void_p(samples.ctypes.data), ctypes.c_uint32(len(samples)),
            ctypes.c_uint32(signal.stride), ctypes.c_char_p(norm),
            ctypes.c_void_p(q.ctypes.data), ctypes.c_void_p(raw.ctypes.data),
        )  # fmt: skip
        assert done == windows
        return raw

    def machine(self) -> Machine:
        """The emulated core with the case in it."""
        return Machine(self.core, self.library, check_alignment=False)

    def _emulated(self, windows: Samples, norm: bytes) -> Features:
        machine = self.machine()
        count, features = len(windows), self.case.count
        q, raw = machine.alloc(2 * count * features), machine.alloc(4 * count * features)
        bad = machine.call(
            "mk_case_many", machine.put(windows), count, machine.put(norm), q, raw, returns="uint"
        )
        assert bad == 0, "wrote outside its state or scratch, or not one feature per name"
        shape = (count, features)
        return machine.array(raw, shape, self.case.feature_type), machine.array(q, shape, np.int16)

    def measure(self, window: Samples) -> Measurement:
        """What one window takes on the emulated core, the harness's own loops included."""
        machine = self.machine()
        features = self.case.count
        windows = machine.put(np.ascontiguousarray(window[None], dtype=self.case.sample_type))
        arguments = (windows, 1, machine.put(self.plain_norm()))
        q, raw = machine.alloc(2 * features), machine.alloc(4 * features)
        return machine.measure("mk_case_many", *arguments, q, raw)
