import pytest

from emoaff.progress import find_closest
from emoaff.progress import suggest_name

KNOWN = ("time_s", "schedule.epochs", "compact_ferplus", "predict", "Tier")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("compact_ferpus", "compact_ferplus"),
        ("schedule.epoch", "schedule.epochs"),
        ("epochs", "schedule.epochs"),
        ("predcit", "predict"),
        ("time", "time_s"),
        ("PREDICT", "predict"),
        ("tire", "Tier"),
    ],
)
def test_a_slip_finds_what_was_meant(given, meant):
    assert find_closest(given, KNOWN) == meant
    assert suggest_name(given, KNOWN) == f" Did you mean {meant!r}?"


@pytest.mark.parametrize("given", ["", "x", "resnet50", "ti"])
def test_what_is_far_from_all_suggests_nothing(given):
    assert find_closest(given, KNOWN) is None
    assert suggest_name(given, KNOWN) == ""
