"""What was found about features, in tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from motekit.report.page import Table

from .advice import Advice, Option
from .rank import Rank


def tables(ranks: Sequence[Rank], advice: Advice | None) -> tuple[Table, ...]:
    """What each feature is worth, and what would be cheaper."""
    worth = Table(
        "What each feature is worth",
        "Accuracy that a quick model loses on held-out groups when the feature is shuffled, and "
        "what the feature says of the class on its own (measured).",
        ("feature", "points lost without", "± over parts", "bits"),
        tuple(
            (r.name, f"{100 * r.importance:.2f}", f"{100 * r.spread:.2f}", f"{r.information:.2f}")
            for r in ranks
        ),
    )
    return (worth,) if advice is None else (_cheaper(advice), worth)


def _cheaper(advice: Advice) -> Table:
    base = advice.base
    lead = "Nothing cheaper keeps the accuracy."
    if advice.proposal is not None:
        lead = f"Proposed: {', '.join(advice.proposal.changes)}."
    return Table(
        "What would be cheaper",
        f"{lead} Accuracy measured with the quick model on held-out groups, cycles emulated, "
        "energy estimated; these groups chose it, so train with it for the accuracy to believe.",
        ("front end", "points", "energy", "µJ a second", "cycles a window", "features"),
        tuple(_rows(advice, base)),
    )


def _rows(advice: Advice, base: Option) -> Iterator[tuple[str, ...]]:
    yield _row("as it is", base, base)
    if advice.proposal is not None:
        yield _row("as proposed", advice.proposal, base)
    for option in sorted(advice.tried, key=lambda o: o.energy_uj_per_s or float("inf")):
        yield _row(", ".join(option.changes), option, base)


def _row(name: str, option: Option, base: Option) -> tuple[str, ...]:
    points = f"{100 * option.gain:+.1f} ± {100 * option.gain_error:.1f}".replace("-", "−")
    if option.energy_uj_per_s is None:
        return name, points, "not kept", "", "", str(option.features)
    change = 100 * (option.energy_uj_per_s / (base.energy_uj_per_s or 1.0) - 1)
    return (
        name, "" if option is base else points,
        "" if option is base else f"{change:+.0f} %".replace("-", "−"),
        f"{option.energy_uj_per_s:.2f}", f"{option.cycles or 0:,.0f}", str(option.features),
    )  # fmt: skip
