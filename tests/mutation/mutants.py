"""Small faults in C and in its inline assembly, one at a time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

C_SWAPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r" \+ ", (" - ",)), (r" - ", (" + ",)), (r" \* ", (" + ",)), (r" / ", (" * ",)),
    (r" % ", (" / ",)), (r" << ", (" >> ",)), (r" >> ", (" << ",)), (r" & ", (" | ",)),
    (r" \| ", (" & ",)), (r" < ", (" <= ", " > ")), (r" <= ", (" < ",)), (r" > ", (" >= ", " < ")),
    (r" >= ", (" > ",)), (r" == ", (" != ",)), (r" != ", (" == ",)), (r" && ", (" || ",)),
    (r" \|\| ", (" && ",)), (r"\+\+", ("--",)), (r" \+= ", (" -= ",)), (r" -= ", (" += ",)),
    (r"\b0U\b", ("1U",)), (r"\b([1-9]\d*)U\b", ("+",)), (r"(?<![\w.])([1-9]\d*)(?![\w.])", ("+",)),
)  # fmt: skip
ASM_SWAPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\badds?\b(?! sp)", ("sub",)), (r"\bsubs?\b(?! sp)", ("add",)), (r"\bsmlad\b", ("smladx",)),
    (r"\bsmlabt\b", ("smlatt",)), (r"\bsmlatb\b", ("smlabb",)), (r"\bsmmul\b", ("smmulr",)),
    (r"\bsmmla\b", ("smmlar",)), (r"\bssat (\w+), #8\b", (r"usat \1, #8",)),
    (r"\basr #(\d+)", ("+",)), (r"\blsl #(\d+)", ("+",)), (r"\blsr #(\d+)", ("+",)),
    (r"\bror #8", ("ror #16",)), (r"\bsxtb16\b", ("uxtb16",)), (r"\buxtb16\b", ("sxtb16",)),
    (r"\bpkhbt\b", ("pkhtb",)), (r"\bbne(\.w)?\b", (r"beq\1",)), (r"\bbeq(\.w)?\b", (r"bne\1",)),
    (r"\bbhi(\.w)?\b", (r"bhs\1",)), (r"\bbhs\b", ("bhi",)), (r"\bblo\b", ("bls",)),
    (r"\bbcc\b", ("bcs",)), (r"\bbcs\b", ("bcc",)), (r"\bbpl\b", ("bmi",)), (r"\bbmi\b", ("bpl",)),
    (r"\band\b", ("orr",)), (r"\borr\b", ("and",)), (r"\beor\b", ("orr",)),
    (r"\bssub16\b", ("sadd16",)), (r"\bshadd16\b", ("shsub16",)), (r"\bshsub16\b", ("shadd16",)),
    (r"\[(r\d+), #(\d+)\]", (r"[\1, #\2+4]",)), (r"\], #(\d+)", ("+",)),
    (r"\br(\d)(?=\b(?!\d))", ("+",)),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A source with one fault.

    Args:
        where: "core" for what only cores with the DSP extension compile, "host" for what
            only others do, "both".
        line: from 1 on.
    """

    line: int
    before: str
    after: str
    where: str
    text: str


def regions(lines: list[str]) -> list[str]:
    """Who compiles each line, by the `#if` on the DSP extension around it."""
    found, stack = [], []
    for line in lines:
        text = line.strip()
        if text.startswith("#if"):
            stack.append("core" if "__ARM_FEATURE_DSP" in text else "")
        elif text.startswith("#else") and stack and stack[-1]:
            stack[-1] = "host"
        elif text.startswith("#endif") and stack:
            stack.pop()
        found.append(next((s for s in stack if s), "both"))
    return found


def mutants(text: str, count: int, rng: random.Random) -> list[Mutant]:
    """So many faults of a source, drawn without repetition; all there are if there are fewer."""
    every = list(_every(text))
    return rng.sample(every, min(count, len(every)))


def _every(text: str) -> Iterator[Mutant]:
    lines = text.splitlines()
    comment = False
    for i, (line, where) in enumerate(zip(lines, regions(lines), strict=True)):
        comment = comment or line.lstrip().startswith("/*")
        skip = comment or not line.strip() or line.lstrip().startswith("#")
        comment = comment and "*/" not in line
        if skip:
            continue
        code = line.split("/*")[0]
        assembly = re.match(r'\s*"[^"]*\\n"', code) is not None
        for pattern, swaps in ASM_SWAPS if assembly else C_SWAPS:
            for match in re.finditer(pattern, code):
                for swap in swaps:
                    new = _replaced(match, swap)
                    after = code[: match.start()] + new + code[match.end() :] + line[len(code) :]
                    if after != line:
                        whole = "\n".join([*lines[:i], after, *lines[i + 1 :]]) + "\n"
                        yield Mutant(i + 1, line.strip(), after.strip(), where, whole)


def _replaced(match: re.Match[str], swap: str) -> str:
    """The swap filled in; "+" counts the number in the match up by one."""
    if swap != "+":
        return match.expand(swap)
    return re.sub(r"\d+", lambda n: str(int(n.group()) + 1), match.group(), count=1)
