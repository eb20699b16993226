import copy
import json

import numpy as np

from emoaff.evaluation.scores import AffectScores
from emoaff.evaluation.scores import ClassScores
from emoaff.presets import model_card

ABOUT = {
    "summary": "What it is.",
    "data": "What it saw.",
    "training": "How it learned.",
    "limits": "What it cannot do.",
    "train_command": "emoaff train mine --data-dir data",
}
FACTS = {
    "dataset": "corpus",
    "split": "validation",
    "model": "mine",
    "preprocessing": "as stored",
}


def affect_scores():
    rng = np.random.default_rng(0)
    truth = rng.uniform(-1, 1, (40, 2))
    truth[:5, 0] = np.nan
    predicted = 0.5 * np.nan_to_num(truth) + rng.normal(0, 0.2, (40, 2))
    scores = AffectScores(truth, predicted, np.repeat([0, 1, 2, 3], 10))
    return scores.table(facts=FACTS)


def config(table, **more):
    scores = json.loads(json.dumps(table.to_dict()))
    return {
        "input": {"size": 96, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.3, "interpolation": "area"},
        "sampling": {"window": 150, "rate_hz": 25.0},
        "outputs": {
            "arousal_valence": {
                "kind": "dimensional",
                "names": ["arousal", "valence"],
                "range": [-1, 1],
            }
        },
        "licence": "MIT.",
        "weights": {"parameters": 1234567},
        "provenance": ABOUT,
        "scores": scores,
        **more,
    }


def test_a_card_of_windows_says_what_goes_in_and_comes_out():
    card = model_card.render("mine", config(affect_scores()))
    assert card.startswith("# mine\n\nWhat it is.\n")
    assert (
        "| input | window of 150 frames, each a 96 x 96 face crop, RGB, 0-255, "
        "25 frames a second |"
    ) in card
    assert "| output | arousal, valence, linear, clipped to [-1, 1] |" in card
    assert "| crop | square, 1.3 times the longer side" in card
    assert "| expression | not trained, so not given |" in card
    assert "| valence, arousal |" not in card
    assert "| parameters | 1,234,567, stored as float16 |" in card
    assert "emoaff train mine --data-dir data" in card
    assert "Temperature" not in card and "Score it again" not in card


def test_a_card_shows_the_scores_and_their_intervals():
    table = affect_scores()
    card = model_card.render("mine", config(table))
    (row,) = [
        row for row in table.rows if (row.measure, row.of) == ("ccc", "arousal")
    ]
    assert (
        "| concordance (CCC) over all frames, arousal | "
        f"{row.value:.4f} | {row.low:.4f} to {row.high:.4f} |"
    ) in card
    # Five of the forty frames have no valence.
    assert "35 to 40 frames of 4 recordings (as stored)." in card
    assert "draws of recordings with replacement" in card
    assert "onfusion" not in card


def test_undefined_scores_are_written_as_such():
    constant = np.zeros((4, 1))
    table = AffectScores(
        constant, constant, np.zeros(4, int), ("valence",)
    ).table(facts=FACTS)
    card = model_card.render("mine", config(table))
    assert "over all frames, valence | n/a |  |" in card


def test_facts_that_change_the_reading_are_named():
    table = affect_scores()
    table.facts["windows"] = "150 frames, stride 75"
    made = config(
        table,
        provenance={**ABOUT, "evaluate_command": "emoaff evaluate mine"},
    )
    card = model_card.render("mine", made)
    assert "- windows: 150 frames, stride 75\n" in card
    assert "Score it again:\n\n    emoaff evaluate mine\n" in card


def test_features_are_told_from_pictures():
    made = config(affect_scores())
    made["input"].update(kind="features", features_from="runs/cnn")
    assert "| seen through | layer `features` of runs/cnn |" in (
        model_card.render("mine", made)
    )


def test_a_card_of_classes_has_recalls_and_confusion():
    answers = np.eye(2)[[0, 0, 1]]
    recording = np.arange(3)
    table = ClassScores(np.array([0, 1, 1]), answers, recording, "ab").table(
        facts=FACTS
    )
    made = config(
        table,
        sampling={"window": 1},
        outputs={
            "expression": {"kind": "probabilities", "classes": ["a", "b"]}
        },
        provenance={**ABOUT, "temperature": 1.5, "held_out": 2000},
    )
    card = model_card.render("mine", made)
    assert "| input | 96 x 96 face crop, RGB, 0-255 |" in card
    assert "| output | probabilities in this order: a, b |" in card
    assert "split validation: 3 pictures (as stored)." in card
    assert "| accuracy | 0.6667 | " in card
    # Of two labels b one was found.
    assert "| a | 1.0000 | 1 | 0 |\n| b | 0.5000 | 1 | 1 |" in card
    assert "Temperature 1.500, fitted on 2,000 held-out" in card


def test_headlines_name_the_main_scores():
    table = affect_scores()
    line = model_card.write_headline(config(table))
    expected = ", ".join(
        f"CCC of {of} {table.value('ccc', of):.3f}"
        for of in ("valence", "arousal", "mean")
    )
    assert line == f"{expected} on corpus validation"


def test_scores_of_another_form_have_no_headline():
    made = copy.copy(config(affect_scores()))
    made["scores"] = {"accuracy": 0.9}
    assert model_card.write_headline(made) == ""
    del made["scores"]
    assert model_card.write_headline(made) == ""
