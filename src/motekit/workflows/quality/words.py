"""What was found about features, in tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from motekit.report.page import Table

from .advice import WORTH, Advice, Option
from .rank import Rank
from .yardstick import Yardstick


def tables(
    ranks: Sequence[Rank], advice: Advice | None, yardstick: Yardstick
) -> tuple[Table, ...]:  # fmt: skip
    """What each feature is worth, and what would be cheaper; what there is of them."""
    out = []
    if advice is not None:
        out.append(_cheaper(advice, yardstick))
    if ranks:
        out.append(_worth(ranks, yardstick))
    return tuple(out)


def _worth(ranks: Sequence[Rank], yardstick: Yardstick) -> Table:
    what = "Error that a quick model adds" if yardstick.is_error else (
        f"{yardstick.name[:1].upper()}{yardstick.name[1:]} that a quick model loses"
    )  # fmt: skip
    return Table(
        "What each feature is worth",
        f"{what} on held-out groups when the feature is shuffled ({yardstick.model}), and what "
        f"the feature says of the {yardstick.tells} on its own (measured).",
        headings(yardstick),
        tuple(worth(r, yardstick) for r in ranks),
    )


def headings(yardstick: Yardstick) -> tuple[str, ...]:
    """Of the columns of `worth`."""
    return "feature", yardstick.lost, "± over parts", "bits"


def worth(rank: Rank, yardstick: Yardstick) -> tuple[str, ...]:
    """One feature."""
    lost, spread = yardstick.factor * rank.importance, yardstick.factor * rank.spread
    n = max(yardstick.digits, 0 if yardstick.is_error else 2)
    return rank.name, _minus(f"{lost:.{n}f}"), f"{spread:.{n}f}", f"{rank.information:.2f}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _columns(yardstick: Yardstick) -> tuple[str, ...]:
    unit = yardstick.unit
    change = unit if not yardstick.is_error else f"error, {unit}" if unit else "error"
    return (
        "front end", change, "energy", "µJ a second",
        "cycles a window", "features",
    )  # fmt: skip


def _cheaper(advice: Advice, yardstick: Yardstick) -> Table:
    base = advice.base
    columns = _columns(yardstick)
    if base.merit is None:
        lead = "Cycles emulated, energy estimated; what cheaper ones would lose cannot be judged."
        return Table("What it costs", lead, columns, (_row("as it is", base, advice, yardstick),))
    lead, chosen = _nothing(advice, yardstick), ""
    if advice.proposal is not None:
        lead = f"Proposed: {', '.join(advice.proposal.changes)}."
        chosen = " These groups chose it, so train with it for the figure to believe."
    return Table(
        "What would be cheaper",
        f"{lead} The {yardstick.name} was measured with the quick model on held-out groups, "
        f"cycles are emulated, energy is estimated.{chosen}",
        columns,
        tuple(_rows(advice, yardstick)),
    )


def _nothing(advice: Advice, yardstick: Yardstick) -> str:
    over = "adding" if yardstick.is_error else "losing"
    return (
        f"Nothing saves {100 * WORTH:g} % of the energy without {over} more than "
        f"{yardstick.allowed(advice.margin)}."
    )


def _rows(advice: Advice, yardstick: Yardstick) -> Iterator[tuple[str, ...]]:
    yield _row("as it is", advice.base, advice, yardstick)
    if advice.proposal is not None:
        yield _row("as proposed", advice.proposal, advice, yardstick)
    for option in sorted(advice.tried, key=lambda o: o.energy_uj_per_s or float("inf")):
        yield _row(", ".join(option.changes), option, advice, yardstick)


def _energy(option: Option, advice: Advice) -> str:
    """How much more or less it takes, such as "−58 %"."""
    by = round(-100 * advice.saved(option))
    return f"{by:+d} %".replace("-", "−") if by else "±0 %"


def _row(name: str, option: Option, advice: Advice, yardstick: Yardstick) -> tuple[str, ...]:
    shift = yardstick.shift(option.gain, option.gain_error)
    if option.energy_uj_per_s is None:
        return name, shift, "loses too much", "", "", str(option.features)
    own = option is advice.base
    return (
        name, "" if own else shift, "" if own else _energy(option, advice),
        f"{option.energy_uj_per_s:.2f}", f"{option.cycles or 0:,.0f}", str(option.features),
    )  # fmt: skip


def savings(
    advice: Advice, yardstick: Yardstick
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:  # fmt: skip
    """(columns, rows) of the front end as it is and of the changes that save, for the terminal."""
    better = [o for o in advice.tried if advice.saved(o) >= WORTH]
    rows = [_row("as it is", advice.base, advice, yardstick)]
    rows += [
        _row(", ".join(o.changes), o, advice, yardstick)
        for o in sorted(better, key=advice.saved, reverse=True)
    ]
    return _columns(yardstick), rows


def advice_lines(advice: Advice, yardstick: Yardstick) -> Iterator[str]:
    """The rest of the advice in paragraphs for the terminal; those that begin with spaces are to
    be printed as they are."""
    yield f"cycles are {advice.base.cycles_tag}, energy is estimated"
    if advice.base.merit is None:
        return
    known = [o for o in advice.tried if o.energy_uj_per_s is not None]
    over = "add more error than" if yardstick.is_error else "lose more than"
    groups = (
        (f"save less than {100 * WORTH:g} %", [o for o in known if advice.saved(o) < WORTH]),
        (f"{over} {yardstick.allowed(advice.margin)}",
         [o for o in advice.tried if o.energy_uj_per_s is None]),
    )  # fmt: skip
    for what, options in groups:
        told = [f"{o.changes[0]} ({yardstick.shift(o.gain, o.gain_error)})" for o in options]
        if told:
            yield f"{what}: {', '.join(told)}"
    if advice.refused:
        yield f"cannot be (--json says why): {', '.join(c for c, _ in advice.refused)}"
    yield ""
    found = advice.proposal
    if found is None:
        yield f"{_nothing(advice, yardstick)} --lose allows more."
        return
    yield f"proposed: {', '.join(found.changes)}"
    yield (
        f"  {yardstick.change(found.gain, found.gain_error)}, {_energy(found, advice)} energy; "
        f"{found.features} features, {found.cycles or 0:,.0f} cycles a window"
    )
    yield "these groups chose it; write it into mote.toml and train for the figure to believe:"
    for line in found.toml:
        yield f"    {line}"
