"""The model card of a preset, written from its `config.json`."""

import math

from emoaff.presets import card_robustness
from emoaff.presets import card_worst
from emoaff.presets.feature_width import describe_features

# What stands where the texts of a recipe that is tried out have gaps.
UNWRITTEN = "Not written yet."
_PAGE = """# {name}

{summary}
{worst}
| | |
|---|---|
{table}

## Data

{data}

## Licence

{licence}

## Scores

{scores}
{more}
## Training

{training}
{command}{temperature}{stored}{origin}
## Limits

{limits}
"""
_COMMAND = """
    {}
"""
_ORIGIN = """
## Origin

Converted from files of {system}, {weights} arrays of weights:

| file | SHA-256 |
|---|---|
{files}

    {command}
{notes}"""
_TEMPERATURE = """
Temperature {temperature:.3f}, fitted on {held_out:,} held-out {pictures}, is \
part of the weights.
"""
_PRIOR = """
So is the logarithm of each class's frequency, times {prior_share:.3f}, fitted \
with it: it takes back part of the balance in which classes were drawn.
"""
_STORED = """
Weights are stored in 8 bits, each filter on a scale of its own. Before that \
the scores were {before_storage}.
"""
_MEASURES = {
    "accuracy": "accuracy",
    "uar": "unweighted average recall (UAR)",
    "macro_f1": "macro F1",
    "calibration_error": "expected calibration error (15 bins)",
    "log_loss": "log loss",
    "f1_of_each": "F1",
    "ccc": "concordance (CCC) over all frames",
    "ccc_mean_of_recordings": "mean CCC of the recordings",
    "pearson": "Pearson's r",
    "rmse": "root mean squared error",
    "sagr": "sign agreement",
}
_HEADLINES = {"accuracy": "accuracy", "uar": "UAR", "ccc": "CCC of"}


def render(name: str, config: dict) -> str:
    """Returns the card as Markdown.

    Args:
        name: The preset's name.
        config: Its `config.json`, with `provenance`, and `scores`
            (`ScoreTable.to_dict`) unless it was converted and not scored.
    """
    origin = config["provenance"]
    temperature = ""
    if "temperature" in origin:
        pictures = origin.get("held_out_of", "training pictures")
        temperature = _TEMPERATURE.format(**origin, pictures=pictures)
    if "prior_share" in origin:
        temperature += _PRIOR.format(**origin)
    stored = ""
    if "before_storage" in origin:
        stored = _STORED.format(**origin)
    return _PAGE.format(
        name=name,
        table="\n".join(f"| {a} | {b} |" for a, b in _table(config)),
        licence=config["licence"],
        scores="\n\n".join(_write_all_scores(config, origin)),
        worst=_write_worst(config),
        more=_write_more_sections(config.get("scores", {}), origin),
        temperature=temperature,
        stored=stored,
        origin=_write_origin(origin),
        command=_command(origin),
        **{
            key: origin[key]
            for key in ("summary", "data", "training", "limits")
        },
    )


def write_headline(config: dict, digits: int = 3) -> str:
    """Returns a preset's main scores in words; empty if it has none.

    Args:
        config: Its `config.json`.
        digits: After the point.
    """
    scores = config.get("scores", {})
    if "rows" not in scores:
        return ""
    parts = [
        f"{_HEADLINES[row['measure']]} {row['of']}".strip()
        + f" {_number(row['value'], digits)}"
        for row in scores["rows"]
        if row["measure"] in _HEADLINES and not row["part"]
    ]
    facts = scores["facts"]
    return f"{', '.join(parts)} on {facts['dataset']} {facts['split']}"


def _table(config):
    """Builds the table of input, output and size."""
    taken, sampling = config["input"], config.get("sampling", {})
    window, rate = sampling.get("window") or 1, sampling.get("rate_hz")
    size = taken["size"]
    what = f"{size} x {size} face crop, RGB, 0-255"
    if window > 1:
        what = f"window of {window} frames, each a {what}"
        if rate:
            what += f", {rate:g} frames a second"
    sides = taken.get("sides", {})
    if taken.get("faces", True) or not sides:
        yield "input", what
    for modality, side in sides.items():
        yield (
            f"input {modality}",
            f"{len(side['names'])} features a frame ({side['names'][0]}, ...), "
            f"by the rule {side['rule']}; standardised by the training data, "
            "missing ones then 0",
        )
    if taken.get("kind") == "features":
        yield "seen through", f"layer `features` of {taken['features_from']}"
    yield "crop", _crop(config["crop"])
    dimensions = []
    for output in config["outputs"].values():
        if output["kind"] == "dimensional":
            dimensions += output["names"]
            low, high = output["range"]
            names = ", ".join(output["names"])
            yield "output", f"{names}, linear, clipped to [{low:g}, {high:g}]"
        elif output["kind"] == "features":
            yield "output", f"features, {output['size']} numbers"
        else:
            classes = ", ".join(output["classes"])
            yield "output", f"{output['kind']} in this order: {classes}"
        if "class_prior" in output:
            shares = ", ".join(f"{x:.3f}" for x in output["class_prior"])
            yield "shares of these in training (prior)", shares
        if "prior_sharpness" in output:
            yield (
                "for another prior",
                "logarithms of likelihoods are divided by "
                f"{output['prior_sharpness']:.2f}, as confidence is less there",
            )
    missing = [d for d in ("valence", "arousal") if d not in dimensions]
    if missing:
        yield ", ".join(missing), "not trained, so not given"
    if len(dimensions) and len(config["outputs"]) == 1:
        yield "expression", "not trained, so not given"
    features = describe_features(config)
    if features and taken.get("kind") != "features":
        yield "layer `features`", f"{features}, for `emoaff features`"
    weights = config["weights"]
    yield (
        "parameters",
        f"{weights['parameters']:,}, stored as "
        f"{weights.get('dtype', 'float16')}",
    )
    if "litert" in config:
        yield "LiteRT file", _write_engine(config["litert"])


def _write_engine(litert):
    """What a shipped preset's LiteRT file is, and how near it is to Keras."""
    text = f"weights as {litert['precision']}, computed with in float32"
    if litert["precision"] == "mixed":
        text = "pointwise convolutions in 8 bits, the rest in float32"
    found = litert.get("check")
    if not found:
        return text
    ours, theirs = found["litert"], found["keras"]
    return (
        f"{text}; the same label as Keras for {found['agreement']:.2%} of "
        f"{found['pictures']:,} pictures of {found['dataset']} "
        f"{found['split']}, probabilities within {found['largest']:g}, "
        f"accuracy {ours['accuracy']:.4f} (Keras {theirs['accuracy']:.4f}), "
        f"calibration error {ours['calibration_error']:.4f} "
        f"({theirs['calibration_error']:.4f})"
    )


def _crop(crop):
    if crop.get("shape") == "stretch":
        return (
            "the detector's box as it is, stretched to a square, "
            f"{crop['interpolation']} filter"
        )
    return (
        f"square, {1 + crop['margin']:g} times the longer side of the "
        f"detector's box, {crop['interpolation']} filter, border repeated"
    )


def _write_worst(config):
    """The section that comes first, since it matters most to a user."""
    lines = [f"- {line}" for line in card_worst.write_worst(config)]
    if not lines:
        return ""
    return "\n".join(["", "## At its worst", "", *lines, ""])


def _command(origin):
    if "train_command" not in origin:
        return ""
    return _COMMAND.format(origin["train_command"])


def _write_origin(origin):
    """Writes where converted weights are from, and what reading showed."""
    if "origin" not in origin:
        return ""
    files = origin["origin"]["files"].items()
    notes = "".join(f"\n- {note}" for note in origin.get("notes", []))
    return _ORIGIN.format(
        system=origin["origin"]["system"],
        weights=origin["origin"]["weights"],
        files="\n".join(f"| {name} | `{digest}` |" for name, digest in files),
        command=origin.get("convert_command", ""),
        notes=f"{notes}\n" if notes else "",
    )


def _write_all_scores(config, origin):
    """Lists the scores measured here and those the authors published."""
    if "scores" in config:
        yield from _scores(config["scores"], origin)
    else:
        yield "Not measured here."
    if origin.get("published"):
        yield "Published by the authors of the weights, not measured here:"
        yield "\n".join(f"- {line}" for line in origin["published"])


def _write_more_sections(scores, origin):
    """The sections on doubt and on spoiled pictures."""
    blocks = card_robustness.coverage(scores)
    blocks += card_robustness.robustness(scores)
    if blocks and "evaluate_command" in origin:
        command = f"{origin['evaluate_command']} --coverage --spoiled --card"
        blocks.append(f"Both again, into this card:\n\n    {command}")
    return "".join(f"\n{block}\n" for block in blocks)


def _scores(scores, origin):
    """The blocks of the section on scores."""
    facts = scores["facts"]
    yield (
        f"On {facts['dataset']}, split {facts['split']}: {_count(facts)} "
        f"({facts['preprocessing']})."
    )
    notes = [
        f"- {name}: {facts[name]}"
        for name in ("windows", "classes", "expression", "one class a frame")
        if name in facts
    ]
    if notes:
        yield "\n".join(notes)
    rows = [row for row in scores["rows"] if row["measure"] in _MEASURES]
    lines = ["| measure | value | interval |", "|---|---|---|"]
    # In the card's order, not the table's.
    for measure, words in _MEASURES.items():
        for row in rows:
            if row["measure"] == measure:
                of = f", {row['of']}" if row["of"] else ""
                value = _number(row["value"])
                interval = _format_interval(row)
                lines.append(f"| {words}{of} | {value} | {interval} |")
    yield "\n".join(lines)
    yield f"Interval: {facts['interval']}."
    if scores["confusion"]:
        yield (
            "Recall, and the confusion counts (row: label, column: prediction):"
        )
        yield _confusion(scores)
    if "evaluate_command" in origin:
        yield f"Score it again:\n\n    {origin['evaluate_command']}"


def _count(facts):
    counts = {
        name: count["scored"]
        for name, count in facts.items()
        if name.startswith("frames") and isinstance(count, dict)
    }
    if (
        "frames" in facts
        and sum(facts["frames"].values()) == facts["recordings"]
    ):
        return f"{counts['frames']:,} pictures"
    least, most = min(counts.values()), max(counts.values())
    frames = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{frames} frames of {facts['recordings']:,} recordings"


def _confusion(scores):
    recall = {
        row["of"]: row["value"]
        for row in scores["rows"]
        if row["measure"] == "recall"
    }
    classes = scores["confusion"]["classes"]
    lines = [
        f"| label | recall | {' | '.join(classes)} |",
        "|---|---|" + "---|" * len(classes),
    ]
    for label, counts in zip(
        classes, scores["confusion"]["counts"], strict=True
    ):
        numbers = " | ".join(map(str, counts))
        lines.append(f"| {label} | {_number(recall[label])} | {numbers} |")
    return "\n".join(lines)


def _format_interval(row):
    if row["low"] is None or math.isnan(row["low"]):
        return ""
    return f"{row['low']:.4f} to {row['high']:.4f}"


def _number(value, digits=4):
    if value is None or math.isnan(value):
        return "n/a"
    return f"{value:.{digits}f}"


def list_unwritten(config: dict) -> list[str]:
    """Returns the names of a card's texts that nobody has written yet.

    Args:
        config: A preset's `config.json`.

    Example:
    >>> list_unwritten({"licence": UNWRITTEN, "provenance": {"data": "x"}})
    ['licence']
    """
    texts = {"licence": config.get("licence"), **config.get("provenance", {})}
    return [name for name, text in texts.items() if text == UNWRITTEN]
