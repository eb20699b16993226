"""A page to look at, made of a result of `emoaff predict`."""

from emoaff.prediction.report.report import render_report
from emoaff.prediction.report.report import write_report
from emoaff.prediction.report.reports import write_reports
from emoaff.prediction.report.result import Result

__all__ = ["Result", "render_report", "write_report", "write_reports"]
