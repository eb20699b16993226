import copy

from emoaff.presets import card_worst

CLASSES = ["neutral", "happiness", "contempt"]
CONFIG = {
    "outputs": {
        "expression": {
            "kind": "probabilities",
            "classes": CLASSES,
            "class_prior": [0.6, 0.37, 0.03],
        }
    },
    "provenance": {"away": ["Elsewhere: less."], "not_for": "Not for hiring."},
}


def row(measure, value, of="", part=""):
    return {"measure": measure, "of": of, "part": part, "value": value}


def config(rows=(), spoiled=(), counts=None):
    whole = copy.deepcopy(CONFIG)
    whole["scores"] = {
        "rows": list(rows),
        "confusion": counts and {"classes": CLASSES, "counts": counts},
        "robustness": {"rows": list(spoiled)},
    }
    return whole


def test_the_class_that_is_found_least_comes_first_with_its_count():
    rows = [row("recall", 0.9, "neutral"), row("recall", 0.25, "contempt")]
    counts = [[90, 5, 5], [0, 10, 0], [6, 0, 2]]
    lines = card_worst.write_worst(config(rows, counts=counts))
    assert lines[0] == (
        "Of the pictures that are contempt, 25 % are named so, of 8."
    )


def test_what_is_never_wrong_or_alike_has_no_line():
    rows = [row("recall", 1.0, "neutral"), row("recall", 1.0, "contempt")]
    found = config(rows, counts=[[6, 0, 0], [0, 6, 0], [0, 0, 6]])
    found["outputs"]["expression"]["class_prior"] = [0.34, 0.33, 0.33]
    assert card_worst.write_worst(found) == [
        *CONFIG["provenance"]["away"],
        CONFIG["provenance"]["not_for"],
    ]


def test_a_recall_of_a_part_and_one_that_is_undefined_do_not_count():
    rows = [
        row("recall", 0.5, "neutral"),
        row("recall", None, "contempt"),
        row("recall", float("nan"), "happiness"),
        row("recall", 0.1, "happiness", part="women"),
    ]
    (line, *_) = card_worst.write_worst(config(rows))
    assert line == "Of the pictures that are neutral, 50 % are named so."


def test_the_lower_concordance_is_named():
    rows = [row("ccc", 0.61, "valence"), row("ccc", 0.5224, "arousal")]
    (line, *_) = card_worst.write_worst(config(rows))
    assert line == "Its lower concordance is 0.522, arousal."


def test_the_spoiled_pictures_that_cost_most_are_named():
    spoiled = [
        row("accuracy", 0.86, part="as stored"),
        row("accuracy", 0.54, part="lower half covered"),
        row("accuracy", 0.7, part="blur 2"),
        row("calibration_error", 0.02, part="lower half covered"),
        row("calibration_error", 0.09, "at equal classes", "blur 2"),
    ]
    lines = card_worst.write_worst(config(spoiled=spoiled))
    assert lines[:2] == [
        "Of spoiled pictures it names 54 % right at worst: lower half covered.",
        "Its confidence is off by up to 0.09 on average (at equal classes): "
        "blur 2.",
    ]


def test_the_prior_figures_away_and_what_it_is_not_for_end_the_list():
    lines = card_worst.write_worst(config())
    assert lines == [
        "Elsewhere: less.",
        # 0.6 / 0.03
        "It takes neutral to be 20 times as common as contempt, as where it "
        "learned. Where that is wrong, say what is common: `--prior`.",
        "Not for hiring.",
    ]


def test_what_was_not_measured_has_no_line():
    assert card_worst.write_worst({"outputs": {}}) == []
