"""The self-contained HTML report, its charts, and the same figures as JSON.

`render` makes one HTML file that opens offline: no script, no external request. `report_json`
gives the same figures for machines. `write_report` puts both into a folder.
"""

from .data import ReportData
from .jsonable import report_json
from .render import render
from .write import write_report

__all__ = ["ReportData", "render", "report_json", "write_report"]
