"""The model card of a preset, written from its `config.json`."""

_PAGE = """# {name}

{summary}

| | |
|---|---|
| input | {size} x {size} face crop, RGB, 0-255 |
| crop | square, {side} times the longer side of the detector's box, \
{interpolation} filter, border repeated |
| output | probabilities in this order: {classes} |
| valence, arousal | not trained, so not given |
| parameters | {parameters:,}, stored as float16 |

## Data

{data}

## Licence

{licence}

## Scores

On {dataset}, split {split}: {pictures:,} pictures ({preprocessing}).

| measure | value |
|---|---|
| accuracy | {accuracy:.4f} |
| unweighted average recall (UAR) | {uar:.4f} |
| expected calibration error (15 bins) | {calibration_error:.4f} |
| log loss | {log_loss:.4f} |

Recall, and the confusion counts (row: label, column: prediction):

| label | recall | {header} |
|---|---|{rule}
{rows}

Score it again:

    {evaluate_command}

## Training

{training}

    {train_command}

Temperature {temperature:.3f}, fitted on {held_out:,} held-out training \
pictures, is part of the weights.

## Limits

{limits}
"""


def render(name: str, config: dict) -> str:
    """Returns the card as Markdown.

    Args:
        name: The preset's name.
        config: Its `config.json`, with `scores` and `provenance`.
    """
    scores, origin = config["scores"], config["provenance"]
    classes = config["outputs"]["expression"]["classes"]
    rows = (
        f"| {label} | {scores['recall'][label]:.4f} | "
        f"{' | '.join(map(str, counts))} |"
        for label, counts in zip(classes, scores["confusion"], strict=True)
    )
    return _PAGE.format(
        name=name,
        size=config["input"]["size"],
        side=f"{1 + config['crop']['margin']:g}",
        interpolation=config["crop"]["interpolation"],
        classes=", ".join(classes),
        parameters=config["weights"]["parameters"],
        licence=config["licence"],
        header=" | ".join(classes),
        rule="---|" * len(classes),
        rows="\n".join(rows),
        **origin,
        **scores,
    )
