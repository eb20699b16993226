"""What a preset's `config.json` says of class shares.

`outputs.expression` may hold `class_prior`, the shares of the training data in
the order of `classes`, with `prior_sharpness` (see `ClassPrior`; 1 where it is
not there), and in an exported file `answered_prior`, `name` and
`shares` that were built into it.
"""

from emoaff.presets import class_prior
from emoaff.presets.class_prior import ClassPrior


def read_stored_prior(preset, key: str) -> ClassPrior | None:
    """Reads one of the two.

    Args:
        preset: A `Preset`.
        key: `"class_prior"` or `"answered_prior"`.

    Returns:
        The prior; `None` where there is none, or no expression.

    Raises:
        ValueError: If it does not fit the classes.
    """
    output = preset.config["outputs"].get("expression", {})
    if preset.labels is None or key not in output:
        return None
    stored, name = output[key], class_prior.AS_TRAINED
    sharpness = output.get("prior_sharpness", 1.0)
    if key == "answered_prior":
        stored, name, sharpness = stored["shares"], stored["name"], 1.0
    try:
        return ClassPrior(name, preset.labels.classes, tuple(stored), sharpness)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"outputs.expression.{key} in the config.json of {preset.name}, or "
            f"prior_sharpness beside it, is damaged. {error}"
        ) from error


def require_trained_prior(preset, asked) -> None:
    """Raises ValueError if class shares cannot be taken out of answers.

    Args:
        preset: A `Preset`.
        asked: What was asked for, for the message.
    """
    if preset.labels is None:
        raise ValueError(
            "Expected a preset with expressions to give a prior to. Received: "
            f"{preset.name}, which has none, and the prior {asked}."
        )
    if preset.trained_prior is None:
        raise ValueError(
            "Expected a preset that knows how often each class was in its "
            f"training data. {preset.name} does not, so these shares cannot "
            f"be taken out for the prior {asked}. Ask for as-trained, or write "
            "them, in the order of its classes, into "
            "outputs.expression.class_prior of its config.json."
        )
