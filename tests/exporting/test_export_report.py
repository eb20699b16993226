import pytest

import emoaff
from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    folder = tmp_path_factory.mktemp("still")
    preset = small_models.still_preset(folder / "small")
    report = emoaff.export(preset, folder / "small.onnx")
    return preset, report


def test_the_report_has_what_was_measured(still):
    _, report = still
    assert report.megabytes == report.path.stat().st_size / 1e6
    assert 0 <= report.comparison.mean <= report.comparison.largest < 1e-5
    assert report.comparison.agreement == 1
    assert report.comparison.answers == 96
    assert "static, float32" in str(report) and "100.0%" in str(report)
