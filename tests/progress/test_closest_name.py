import pytest

from emoaff.progress import describe_names
from emoaff.progress import find_close
from emoaff.progress import find_closest
from emoaff.progress import suggest_name

KNOWN = (
    "time_s",
    "schedule.steps_per_epoch",
    "schedule.epochs",
    "compact_ferplus",
    "predict",
    "Tier",
)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("compact_ferpus", "compact_ferplus"),
        ("schedule.epoch", "schedule.epochs"),
        ("epochs", "schedule.epochs"),
        ("epoch", "schedule.epochs"),
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


def test_a_slip_is_answered_by_few_names_and_the_command_that_lists_all():
    known = [f"model.{n}" for n in range(90)] + ["loss.name", "model.name"]
    said = describe_names("name", known, "emoaff list", "a file")
    assert said == (
        " Did you mean 'loss.name' or 'model.name'? `emoaff list` lists all; "
        "a file will do, too."
    )
    assert len(find_close("model.1", known)) == 3


def test_many_names_are_not_listed_and_few_are():
    many = [f"name_{n}" for n in range(90)]
    assert describe_names("x", many, "emoaff list") == (
        " `emoaff list` lists all."
    )
    assert describe_names("x", many[:2], "l") == (
        " Expected one of: name_0, name_1."
    )
