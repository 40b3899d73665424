"""Tables whose cells carry a shade: confusion and the build matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..data import Confusion, MatrixCell


@dataclass(frozen=True)
class Cell:
    """A cell: text, a shade of 0 to 100, a CSS class and what hovering tells."""

    text: str
    shade: int
    kind: str
    title: str


@dataclass(frozen=True)
class Grid:
    """A table with row and column heads."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def confusion(matrix: Confusion) -> Grid:
    """Rows are true classes; the shade is the share of the row."""
    rows = []
    for i, (name, counts) in enumerate(zip(matrix.classes, matrix.counts, strict=True)):
        whole = sum(counts) or 1
        rows.append((name, tuple(_share(matrix, i, j, n, whole) for j, n in enumerate(counts))))
    return Grid(matrix.classes, tuple(rows))


def _share(matrix: Confusion, i: int, j: int, count: int, whole: int) -> Cell:
    share = count / whole
    title = (
        f"{count} of {whole} windows of {matrix.classes[i]} "
        f"taken for {matrix.classes[j]} ({100 * share:.1f} %)"
    )
    kind = "right" if i == j else ("missed" if count else "none")
    return Cell(str(count) if count else "·", round(100 * share), kind, title)


def build_matrix(cells: Sequence[MatrixCell]) -> Grid:
    """Cores down, compiler and -O level across; a word beside every sign."""
    columns = tuple(dict.fromkeys(f"{c.compiler} {c.level}" for c in cells))
    by_core: dict[str, dict[str, MatrixCell]] = {}
    for cell in cells:
        by_core.setdefault(cell.core, {})[f"{cell.compiler} {cell.level}"] = cell
    return Grid(
        columns,
        tuple(
            (core, tuple(_verdict(row.get(c)) for c in columns)) for core, row in by_core.items()
        ),
    )


def _verdict(cell: MatrixCell | None) -> Cell:
    if cell is None or cell.mismatches is None:
        reason = cell.note if cell is not None and cell.note else "this compiler lacks the core"
        return Cell("–", 0, "none", reason)
    where = f"{cell.core}, {cell.compiler} {cell.level}"
    if cell.mismatches:
        text = f"✗ {cell.mismatches}"
        return Cell(text, 0, "bad", f"{where}: {cell.mismatches} of {cell.windows} windows differ")
    return Cell(f"✓ {cell.windows}", 0, "good", f"{where}: {cell.windows} windows, no mismatch")
