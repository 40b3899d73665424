"""The page in a real browser: nothing overlaps and nothing sticks out, at 1280 and at 400 px."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from network_pages import network_record

from motekit.report import render
from motekit.report.network import render_network

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

# Runs in the page (its policy against scripts is taken out first) and leaves its findings there.
PROBE = """<script>
addEventListener('load', () => {
  const found = [], seen = el => { const r = el.getBoundingClientRect();
    return {l: r.left, t: r.top, r: r.right, b: r.bottom,
      s: (el.textContent || '').slice(0, 40)}; };
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide)
    found.push('the page scrolls sideways: ' + [...document.querySelectorAll('body *')]
      .filter(el => el.getBoundingClientRect().right > wide && !el.closest('.scroll, nav, svg'))
      .map(el => el.tagName + '.' + el.className));
  const clash = (items, what) => items.forEach((a, i) => items.slice(i + 1).forEach(b => {
    if (Math.min(a.r, b.r) - Math.max(a.l, b.l) > 1 && Math.min(a.b, b.b) - Math.max(a.t, b.t) > 1)
      found.push(what + ': "' + a.s + '" on "' + b.s + '"'); }));
  const shown = el => { const r = el.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
  document.querySelectorAll('.chart').forEach(c => clash(
    [...c.querySelectorAll('.tick, .ruletext, h3, .ylabel, .xlabel, .legend, .small')]
      .filter(shown).map(seen), 'text in a chart'));
  document.querySelectorAll('.hrow').forEach(r => clash([...r.children].map(seen), 'bar row'));
  clash([...document.querySelectorAll(
    '.tile, .cards > *, .card, .tablebox, .facts > div, h2, .lead')]
    .filter(el => !el.parentElement.closest('.card, .tablebox')).map(seen), 'boxes');
  document.querySelectorAll('.tile, .card, .cards > *, .facts > div, .chart, .hrow, .lead')
    .forEach(el => { if (el.scrollWidth > el.clientWidth + 1)
      found.push('sticks out: ' + seen(el).s); });
  document.querySelectorAll('svg[role=img] text').forEach(el => { const r = seen(el);
    if (shown(el) && (r.l < 0 || r.r > wide)) found.push('off the page: ' + r.s); });
  parent.postMessage(JSON.stringify({wide, found}), '*');
});
</script>"""

# A frame, because the browser's own window is never narrower than 500 px.
FRAME = """<!DOCTYPE html><title></title><body style="margin:0">
<script>addEventListener('message', e => {{ document.title = e.data; }});</script>
<iframe src="page.html" style="border:0" width="{width}" height="1500"></iframe>"""


@pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("page", ["report", "network"])
def test_nothing_overlaps_or_sticks_out(report, tmp_path, width: int, page: str) -> None:
    shown = render(report) if page == "report" else render_network(network_record())
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', PROBE, shown)
    (tmp_path / "page.html").write_text(html, "utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(width=width), "utf-8")
    done = subprocess.run(
        [
            BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--no-first-run",
            "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=1400,1600", "--virtual-time-budget=5000", "--dump-dom",
            frame.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout)
    assert title, done.stdout[:300]
    seen = json.loads(title[1].replace("&amp;", "&"))
    assert seen["wide"] == width
    assert seen["found"] == []
