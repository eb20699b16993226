"""Figures of `compact_ferplus` on pages are those that were measured."""

import json
import re

import pytest

from tests.docs.page_blocks import ROOT

CARD = ROOT / "emoaff/presets/files/compact_ferplus/README.md"


def read_rows():
    """First cell to the others, of all rows of numbers on the card."""
    rows = {}
    for line in CARD.read_text("utf-8").splitlines():
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if cells and re.fullmatch(r"-?\d\.\d{4}", cells[0]):
            # The first table that has the row: scores, recalls, then spoiled.
            rows.setdefault(name, cells)
    return rows


@pytest.fixture(scope="module")
def card():
    text = CARD.read_text("utf-8")
    scores, spoiled = text.split("## Spoiled pictures")
    return read_rows(), scores, spoiled


def points(share):
    """As `.866`."""
    return f"{float(share):.3f}"[1:]


def percent(share):
    return f"{100 * float(share):.0f} %"


def read(page):
    return " ".join((ROOT / page).read_text("utf-8").split())


def score(scores, name):
    found = re.search(rf"^\| {re.escape(name)} \| (\d\.\d+)", scores, re.M)
    return found[1]


def read_score(name):
    """A score with all its digits, not rounded twice."""
    config = json.loads(CARD.with_name("config.json").read_text("utf-8"))
    return next(
        row["value"]
        for row in config["scores"]["rows"]
        if row["measure"] == name and not row["of"]
    )


def test_readme_and_the_page_of_presets_have_the_scores(card):
    rows, _, _ = card
    accuracy, uar = points(read_score("accuracy")), points(read_score("uar"))
    error = points(read_score("calibration_error"))
    assert f"accuracy {accuracy}, UAR {uar}" in read("README.md")
    wide = points(rows["margin 1.6"][0])
    row = f"in the package | {accuracy} | {uar} | {error} | {wide} |"
    assert row in read("docs/reference/presets.md")
    page = read("docs/explain/calibration.md")
    assert f"a calibration error of {error} on" in page


def test_the_comparison_has_todays_accuracy():
    best = points(read_score("accuracy"))
    assert f"FER+ validation {best} |" in read("docs/compare.md")


def test_the_page_of_calibration_has_the_worst_picture(card):
    rows, _, spoiled = card
    accuracy, confidence = (rows["lower half covered"][i] for i in (0, 5))
    page = read("docs/explain/calibration.md")
    claim = f"right in {percent(accuracy)} and believes {percent(confidence)}"
    assert claim in page
    kinds = re.findall(r"^\| [^|]+ \| 0\.\d{4} \| 0\.\d{4} ", spoiled, re.M)
    assert f"its card has {len(kinds)} kinds" in page


def test_the_page_of_ethics_has_recalls_and_spoiled_pictures(card):
    rows, scores, _ = card
    page = read("docs/ethics.md")
    for name, word in [
        ("happiness", "happy faces"),
        ("fear", "fearful"),
        ("disgust", "disgusted"),
        ("contempt", "contemptuous"),
    ]:
        assert f"{percent(rows[name][0])} of the {word}" in page
    covered = percent(rows["lower half covered"][0])
    stored = percent(score(scores, "accuracy"))
    assert f"it names {covered} right instead of {stored}" in page
    assert f"A fifth as bright: {percent(rows['a fifth as bright'][0])}" in page
    turned = sorted(rows[f"turned {n}"][0] for n in (-30, 30))
    low, high = (percent(share) for share in turned)
    assert f"30 degrees: {low.removesuffix(' %')} to {high}" in page


def test_the_page_of_affect_has_what_the_page_of_priors_measured():
    measured = re.search(
        r"\| `compact_ferplus` \|.*?`uniform` \| \**(\.\d+).*?\| \**(\.\d+)",
        read("docs/priors.md"),
    )
    valence, arousal = (f"{float(one):.2f}"[1:] for one in measured.groups())
    page = read("docs/explain/affect.md")
    assert f"expressions alone they are {valence} and {arousal} (" in page
