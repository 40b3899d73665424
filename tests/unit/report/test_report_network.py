"""The page of a bare network's build."""

import pytest
from network_pages import layer, network_record

from motekit.report.network import layer_rows, render_network, tiles


def test_the_page_says_what_the_record_says() -> None:
    page = render_network(network_record())
    assert page == render_network(network_record())
    for text in ("✓ Proven", "987,654,321", "dead_channels", "it reduces over time",
                 "1 new frame of a window of 30", "1.25"):  # fmt: skip
        assert text.replace(" ", "\u00a0", 0) in page.replace("\u00a0", " "), text
    failed = render_network(network_record(mismatches=3))
    assert "✗ Not proven" in failed and "3 outputs differ" in failed


def test_what_comes_from_files_is_escaped() -> None:
    page = render_network(network_record(name="<img src=x>"))
    assert "<img" not in page and "<b>the kernel" not in page and "&lt;model&gt;" in page


def test_bars_share_one_scale_and_bounds_stay_on_it() -> None:
    rows = layer_rows([layer("a", 1000, 2000), layer("b", 8000, 1000), layer("c", 0, None)], 2.0)
    assert [r.width for r in rows] == [100.0, 50.0, 0.0]
    assert [r.bound for r in rows] == [25.0, 100.0, None]
    assert rows[2].cycles == "–" and rows[0].of_bound == "25\u00a0%"
    assert layer_rows([layer("a", 1000, 2000)], None)[0].bound is None


@pytest.mark.parametrize("bound", [None, 0.5])
def test_a_network_without_layers_or_arithmetic_has_a_page(bound: float | None) -> None:
    record = network_record(layers=[], macs_per_cycle_bound=bound, glue_cycles=0, state_bytes=0)
    record.pop("stream")
    assert "Every layer" in render_network(record) and len(tiles(record)) == 5
