"""The page: self-contained, escaped, complete, and the same figures as the JSON."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest

from motekit.core.errors import MachineError
from motekit.core.figures import Figure
from motekit.report import render, report_json, write_report
from motekit.report.data import Dataset, Detection, ErrorPoint, Errors, GroupValues

VOID = {"meta", "link", "br", "img", "input", "hr"}
EVIL = "<script>alert(1)</script>\"'&{{ 7*7 }}"


class Page(HTMLParser):
    """Collects tags, ids and references; refuses unbalanced markup."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


def parse(html: str) -> Page:
    page = Page()
    page.feed(html)
    assert not page.open
    return page


def test_nothing_is_fetched_and_nothing_runs(report) -> None:
    html = render(report)
    page = parse(html)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    for tag, attrs in page.tags:
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "src", "action", "xlink:href", "srcset", "data"):
                assert value is not None and value.startswith("#"), (tag, name, value)
    assert "url(" not in html and "@import" not in html
    assert "http://" not in html and "https://" not in html


def test_references_inside_the_page_exist_and_ids_are_unique(report) -> None:
    page = parse(render(report))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.tags:
        if "href" in attrs:
            assert attrs["href"][1:] in ids
        for ref in (attrs.get("aria-labelledby") or "").split():
            assert ref in ids


def test_every_section_and_chart_is_there(report) -> None:
    html = render(report)
    page = parse(html)
    sections = [a["id"] for tag, a in page.tags if tag == "section"]
    assert sections == [
        "signals", "features", "learning", "accuracy", "leaks", "anomaly", "quantization",
        "bill", "boards", "proof", "origin",
    ]  # fmt: skip
    plots = [a for tag, a in page.tags if tag == "svg" and a.get("role") == "img"]
    assert len(plots) == 7 + 1 + 2 + 2 + 1  # signals, map, learning, accuracy, anomaly


def test_every_axis_has_a_unit(report) -> None:
    labels = re.findall(r'<div class="[xy]label">([^<]*)</div>', render(report))
    assert labels
    for text in filter(None, labels):
        assert text == "epoch" or re.search(r"\(.+\)$", text), text


def test_what_users_wrote_is_escaped(build) -> None:
    data = build()
    signal = dataclasses.replace(data.dataset.signals[0], label=EVIL, recording=EVIL)
    point = dataclasses.replace(data.feature_map.points[0], label=EVIL, recording=EVIL)
    data = dataclasses.replace(
        data,
        title=EVIL,
        summary=EVIL,
        dataset=dataclasses.replace(data.dataset, signals=(signal,), origin=EVIL, remarks=(EVIL,)),
        feature_map=dataclasses.replace(data.feature_map, points=(point,)),
        accuracy=dataclasses.replace(
            data.accuracy,
            confusion=dataclasses.replace(data.accuracy.confusion, classes=(EVIL,) * 7),
        ),
        provenance=dataclasses.replace(data.provenance, command=EVIL, hashes={EVIL: EVIL}),
    )
    html = render(data)
    page = parse(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "alert(1)</script>" not in html
    assert "{{ 7*7 }}" in html


def test_the_same_data_gives_the_same_bytes(build) -> None:
    assert render(build()) == render(build())


def test_a_report_of_the_least_there_can_be(build) -> None:
    data = build(
        dataset=Dataset(1, 1, 1, 2.0, 50.0, 2.0, 1.0, ()), feature_map=None, learning=None,
        anomaly=None, leak_audit=None, quantization=(), cores=(), budgets=(), battery=None,
        proof=None, next_steps=(),
    )  # fmt: skip
    data = dataclasses.replace(
        data,
        accuracy=dataclasses.replace(
            data.accuracy, int8=None, emulated=None, groups=(), confusion=None, classes=(),
            reliability=(), calibration_error=None, spread_groups=None, spread_seeds=None,
        ),
    )  # fmt: skip
    page = parse(render(data))
    assert [a["id"] for tag, a in page.tags if tag == "section"] == [
        "signals",
        "accuracy",
        "origin",
    ]
    json.dumps(report_json(data), allow_nan=False)


def test_a_failed_proof_and_a_broken_budget_head_the_page(build) -> None:
    data = build()
    proof = dataclasses.replace(data.proof, mismatches=Figure(3, "windows", "emulated"))
    tight = dataclasses.replace(data.budgets[0], limit=Figure(1000, "B", "measured"))
    html = render(dataclasses.replace(data, proof=proof, budgets=(tight,)))
    assert "✗ Not proven" in html and "✗ Over budget" in html and "✓ Proven" not in html


@pytest.mark.parametrize("where", ["compared", "matrix"])
def test_one_mismatch_anywhere_breaks_the_verdict(build, where: str) -> None:
    proof = build().proof
    assert proof.holds
    rows = getattr(proof, where)
    broken = (dataclasses.replace(rows[0], mismatches=1), *rows[1:])
    assert not dataclasses.replace(proof, **{where: broken}).holds
    over = Figure(proof.dsp_bound.value * 1.01, proof.dsp_bound.unit, "emulated")
    assert not dataclasses.replace(proof, dsp_max_error=over).holds


def test_json_has_the_same_figures_with_their_tags(report) -> None:
    out = json.loads(json.dumps(report_json(report), allow_nan=False))
    core = out["cores"][1]
    assert core["core"] == "cortex-m4f"
    assert core["flash"] == {"value": 4870, "unit": "B", "tag": "measured"}
    assert core["boards"][0]["latency"]["tag"] == "estimated"
    assert set(core["boards"][0]["latency"]) == {"value", "unit", "tag", "low", "high"}
    assert out["proof"]["holds"] is True and out["budgets"][0]["kept"] is True
    assert out["accuracy"]["emulated"] == {"value": 0.8362, "unit": "fraction", "tag": "emulated"}


def test_not_finite_becomes_null(build) -> None:
    data = build(quantization=())
    bad = dataclasses.replace(
        data.accuracy, spread_seeds=Figure(float("nan"), "fraction", "measured")
    )
    data = dataclasses.replace(data, accuracy=bad)
    assert report_json(data)["accuracy"]["spread_seeds"]["value"] is None
    assert "–" in render(data)


def test_files_are_written_whole(report, tmp_path) -> None:
    html, figures = write_report(report, tmp_path / "new" / "folder")
    assert html.read_text("utf-8") == render(report)
    assert json.loads(figures.read_text("utf-8"))["format"] == "motekit-report/1"
    assert sorted(p.name for p in html.parent.iterdir()) == ["report.html", "report.json"]


def test_a_disk_that_refuses_is_the_machines_fault(report, tmp_path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(MachineError) as caught:
        write_report(report, blocked)
    assert caught.value.exit_code == 3 and blocked.read_text() == "in the way"


def test_columns_without_a_figure_are_left_out_of_the_bill(build) -> None:
    data = build()
    cores = tuple(
        dataclasses.replace(
            core,
            parts=tuple(
                dataclasses.replace(p, flash=None, static_ram=None, stack=None) for p in core.parts
            ),
        )
        for core in data.cores
    )
    bill = render(dataclasses.replace(data, cores=cores)).split('<table class="bill">')[1]
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", bill.split("</thead>")[0])
    assert heads == ["part", "cycles"]


def judged_by(report, kind: str):
    """The sample report as that of a regressor, or of a detector on its own."""

    def fig(value: float, unit: str = "beat/min") -> Figure:
        return Figure(value, unit, "emulated")

    groups = (GroupValues("anna-maria von der heide", (0.5, 0.75), 20), GroupValues("b", (1.0,), 5))
    if kind == "errors":
        points = (ErrorPoint(60.0, 61.5, "a", "r1", 2.0), ErrorPoint(90.0, 50.0))
        more = {"errors": Errors(
            "strap.rate", "beat/min", fig(1.25), fig(1.5), fig(1.5), fig(3.0), fig(4.0),
            fig(-0.25), fig(6.0), fig(0.5), fig(0.0), "recording", groups, points, 2,
        )}  # fmt: skip
    else:
        area = fig(0.875, "") if kind == "detection" else None
        more = {"detection": Detection(
            100, 40 if area else 0, area, area, area, area, fig(0.01, "fraction"),
            fig(0.75, "fraction") if area else None, fig(0.01, "fraction"), fig(0.1, ""),
            fig(0.0, ""), "session", groups if area else (),
            ((0.0, 0.0), (0.1, 0.8), (1.0, 1.0)) if area else (),
        )}  # fmt: skip
    return dataclasses.replace(report, accuracy=None, **more)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (
            "errors",
            ["Mean error", "1.50", "Told and true", "4.0 times as", "told 50, true 90"],
        ),
        ("detection", ["ROC area", "0.875", "ROC curve", "the 40 anomalies", "75.0"]),
        ("alarms", ["False alarms", "1.0", "No anomaly was recorded"]),
    ],
)
def test_pages_of_values_and_of_detectors(report, kind: str, says: list[str]) -> None:
    html = render(judged_by(report, kind))
    parse(html)
    missing = [text for text in says if text not in html.replace("\u00a0", " ")]
    assert not missing and "Confusion" not in html
    assert "anna-maria v…" in html or kind == "alarms"
    data = report_json(judged_by(report, kind))
    assert data["accuracy"] is None and data["detection" if kind != "errors" else "errors"]


def test_a_report_is_of_something(report) -> None:
    with pytest.raises(ValueError, match="accuracy, errors or detection"):
        render(dataclasses.replace(report, accuracy=None))
