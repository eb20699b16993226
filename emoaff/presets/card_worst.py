"""The first section of a model card: where the preset does worst."""

import math


def write_worst(config: dict) -> list[str]:
    """Lists a preset's worst figures, each as a sentence.

    The class that is found least, the dimension or class score that is lowest,
    the kind of spoiled pictures that costs most accuracy, the greatest
    calibration error, figures away from home, the prior that its
    probabilities hold for, what it must not be used for. What was not
    measured has no line.

    Args:
        config: A preset's `config.json`; `provenance` may have `away`, a list
            of sentences on figures away from the training corpus, and
            `not_for`, a sentence.
    """
    scores, origin = config.get("scores", {}), config.get("provenance", {})
    lines = [*_find_least_recall(scores), *_find_least_ccc(scores)]
    lines += _find_worst_pictures(scores)
    lines += origin.get("away", [])
    lines += _describe_prior(config)
    if "not_for" in origin:
        lines.append(origin["not_for"])
    return lines


def _find_least_recall(scores):
    rows = _rows(scores, "recall")
    if not rows:
        return
    least = min(rows, key=lambda row: row["value"])
    if least["value"] >= 1:
        return  # of a handful of pictures none was wrong
    share, seen = _percent(least["value"]), _count_of(scores, least["of"])
    yield (
        f"Of the pictures that are {least['of']}, {share} are named so{seen}."
    )


def _percent(share):
    return f"{share:.0%}".replace("%", " %")


def _count_of(scores, name):
    confusion = scores.get("confusion")
    if not confusion or name not in confusion["classes"]:
        return ""
    total = sum(confusion["counts"][confusion["classes"].index(name)])
    return f", of {total:,}"


def _find_least_ccc(scores):
    rows = _rows(scores, "ccc")
    if rows:
        least = min(rows, key=lambda row: row["value"])
        yield f"Its lower concordance is {least['value']:.3f}, {least['of']}."


def _find_worst_pictures(scores):
    spoiled = scores.get("robustness", {}).get("rows", [])
    accuracy = _rows({"rows": spoiled}, "accuracy", of="", parts=True)
    if accuracy:
        worst = min(accuracy, key=lambda row: row["value"])
        yield (
            f"Of spoiled pictures it names {_percent(worst['value'])} right at "
            f"worst: {worst['part']}."
        )
    errors = _rows({"rows": spoiled}, "calibration_error", of=None, parts=True)
    if errors:
        worst = max(errors, key=lambda row: row["value"])
        at = f" ({worst['of']})" if worst["of"] else ""
        yield (
            "Its confidence is off by up to "
            f"{worst['value']:.2f} on average{at}: {worst['part']}."
        )


def _rows(scores, measure, of=None, parts=False):
    """Rows with a value; of the whole, or of parts."""
    return [
        row
        for row in scores.get("rows", [])
        if row["measure"] == measure
        and (parts or not row["part"])
        and (of is None or row["of"] == of)
        and row["value"] is not None
        and not math.isnan(row["value"])
    ]


def _describe_prior(config):
    output = config["outputs"].get("expression", {})
    prior = output.get("class_prior")
    if not prior:
        return
    shares = sorted(
        zip(prior, output["classes"], strict=True), key=lambda pair: -pair[0]
    )
    (most, first), (least, last) = shares[0], shares[-1]
    if most < 1.5 * least:
        return  # alike, as near as makes no difference
    yield (
        f"It takes {first} to be {most / least:.0f} times as common as {last}, "
        "as where it learned. Where that is wrong, say what is common: "
        "`--prior`."
    )
