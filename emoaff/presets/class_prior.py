"""How often each class occurs: where a model learned, and where it is used."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from emoaff import labels

AS_TRAINED, UNIFORM, NATURAL = "as-trained", "uniform", "natural"
NAMES = (AS_TRAINED, UNIFORM, NATURAL)
# Frames of 4,973 recordings of people who watch advertisements at home, before
# their own webcams (Tzirakis et al., 2021, Table 3). The 57,425 frames of its
# class "other" are sadness, anger and fear by the majority votes of FER+,
# 4,371 : 3,111 : 819. Its confusion and empathy are classes of no space here.
# docs/priors.md says what speaks for it.
NATURAL_FRAMES = {
    "neutral": 840_611,
    "happiness": 60_179,
    "sadness": 57_425 * 4_371 / 8_301,
    "anger": 57_425 * 3_111 / 8_301,
    "surprise": 15_786,
    "disgust": 10_065,
    "contempt": 8_581,
    "fear": 57_425 * 819 / 8_301,
}


@dataclasses.dataclass(frozen=True)
class ClassPrior:
    """How often each class is expected to occur.

    Args:
        name: `"as-trained"`, `"uniform"`, `"natural"`, or `"given"` for shares
            of the user's.
        classes: Class names.
        shares: Share of each class, in their order, from 0 on; sum to 1.
        sharpness: How many times as sure a model is, in logarithms, where its
            answers are for these shares as for others. Over 1 for the shares
            of its training data, if what it takes for certain there is less so
            elsewhere.

    Raises:
        ValueError: If there are not as many shares as classes, they are no
            shares, or `sharpness` is not over 0.

    Example:
    >>> prior = ClassPrior("given", ("neutral", "happiness"), (0.8, 0.2))
    >>> prior.to_dict()["shares"]["happiness"]
    0.2
    """

    name: str
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    sharpness: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "shares", tuple(map(float, self.shares)))
        object.__setattr__(self, "sharpness", float(self.sharpness))
        shares = np.array(self.shares)
        if (
            len(shares) != len(self.classes)
            or not (shares >= 0).all()
            or not np.isclose(shares.sum(), 1, atol=1e-3)
        ):
            raise ValueError(
                "Expected a share from 0 on for each of "
                f"{', '.join(self.classes)}, 1 in all. Received: "
                f"{', '.join(f'{share:g}' for share in self.shares)}."
            )
        if not 0 < self.sharpness < np.inf:
            raise ValueError(
                "Expected a sharpness over 0. Received: "
                f"sharpness={self.sharpness}."
            )

    def to_dict(self) -> dict:
        """Returns name and shares by class, for JSON."""
        shares = (round(share, 6) for share in self.shares)
        return {
            "name": self.name,
            "shares": dict(zip(self.classes, shares, strict=True)),
        }

    def __str__(self):
        if self.name != "given":
            return self.name
        pairs = zip(self.classes, self.shares, strict=True)
        return ", ".join(f"{name}={share:.4g}" for name, share in pairs)


def read_prior(
    asked: "str | Mapping[str, float] | ClassPrior",
    trained: ClassPrior,
    space: labels.LabelSpace,
) -> ClassPrior:
    """Reads what a user asks for.

    Shares of all classes may have any sum and are scaled to 1. Of fewer
    classes they are taken as they are, and the others share what is left of 1
    as they did in training. Class names are those of the model or words of the
    same meaning (happy, happiness).

    Args:
        asked: One of `NAMES`; `"neutral=.6,happiness=.2"`; the same as a dict;
            or a prior, which is checked and given back.
        trained: Of the model's training data.
        space: The model's classes.

    Returns:
        Shares in the order of the model's classes.

    Raises:
        ValueError: If it is none of these; a class is not the model's or is
            named twice; or a share is negative, all are 0, or those of some
            classes leave nothing for the others.

    Example:
    >>> space = labels.LabelSpace("mine", ("calm", "happy", "sad"))
    >>> trained = ClassPrior("as-trained", space.classes, (0.5, 0.3, 0.2))
    >>> [round(x, 2) for x in read_prior("calm=.8", trained, space).shares]
    [0.8, 0.12, 0.08]
    """
    if isinstance(asked, ClassPrior):
        if asked.classes != space.classes:
            raise ValueError(
                f"Expected a prior of {', '.join(space.classes)}. Received: "
                f"one of {', '.join(asked.classes)}."
            )
        return asked
    if asked == AS_TRAINED:
        return trained
    if asked == UNIFORM:
        return ClassPrior(UNIFORM, space.classes, _scaled(np.ones(len(space))))
    if asked == NATURAL:
        return _natural(space)
    given = asked if isinstance(asked, Mapping) else _parse(asked)
    return ClassPrior("given", space.classes, _completed(given, trained, space))


def reweigh(probabilities, answered: ClassPrior, asked: ClassPrior):
    """Computes probabilities for other class shares than they were made with.

    Each is divided by the share of its class where the model learned,
    multiplied by that where it is used, and the row scaled to 1 again. In
    between, where the two priors differ in `sharpness`, it is raised to the
    power of their ratio. A class that was never in the training data stays
    at 0.

    Args:
        probabilities: float `(..., classes)`, rows sum to 1.
        answered: The shares that the probabilities were made with.
        asked: The shares that they shall be made with.

    Returns:
        The same shape and dtype. A NaN row stays NaN; a row whose classes are
        all ruled out by `asked` becomes its shares.

    References:
        - [Saerens et al., 2002](https://doi.org/10.1162/089976602753284446),
          Equation (2.4)

    Example:
    >>> was = ClassPrior("as-trained", ("calm", "happy"), (0.8, 0.2))
    >>> even = ClassPrior("uniform", ("calm", "happy"), (0.5, 0.5))
    >>> reweigh(np.array([0.8, 0.2]), was, even)
    array([0.5, 0.5])
    """
    rows = np.asarray(probabilities)
    power = asked.sharpness / answered.sharpness
    moved = np.float64(rows) ** power * factors(answered, asked)
    total = moved.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.where(total == 0, np.array(asked.shares), moved / total)
    dtype = rows.dtype if np.issubdtype(rows.dtype, np.floating) else float
    return moved.astype(dtype)


def factors(answered: ClassPrior, asked: ClassPrior) -> np.ndarray:
    """Returns what each class is multiplied by, float64 `(classes,)`.

    The probabilities are raised to `asked.sharpness / answered.sharpness`
    before, see `reweigh`.
    """
    before, after = np.array(answered.shares), np.array(asked.shares)
    power = asked.sharpness / answered.sharpness
    return np.where(
        before > 0, after / np.where(before > 0, before, 1) ** power, 0
    )


def _natural(space):
    source = labels.LabelSpace(NATURAL, tuple(NATURAL_FRAMES))
    mapping = labels.make_mapping(source, space)
    if mapping.unreached:
        raise ValueError(
            f"Expected classes among {', '.join(NATURAL_FRAMES)} for the prior "
            f"natural. Received: {', '.join(mapping.unreached)}. Give shares "
            "of your own, as neutral=.6,happiness=.2."
        )
    frames = np.array(list(NATURAL_FRAMES.values()))
    shares = mapping.map_probabilities(frames / frames.sum())
    return ClassPrior(NATURAL, space.classes, _scaled(shares))


def _parse(text):
    given = {}
    for part in str(text).split(","):
        name, equals, share = part.partition("=")
        try:
            value = float(share)
        except ValueError:
            equals = ""
        name = name.strip().lower()
        if not equals or not name:
            raise ValueError(
                f"Expected the prior {', '.join(NAMES)}, or shares of classes "
                f"as neutral=.6,happiness=.2. Received: {text}."
            )
        if name in given:
            raise ValueError(
                f"Expected each class once in the prior. Received: {text}, "
                f"with {name} twice."
            )
        given[name] = value
    return given


def _completed(given, trained, space):
    """Shares of all classes from those of some."""
    shares = np.full(len(space), np.nan)
    asked = labels.LabelSpace("asked", tuple(given))
    indices = labels.make_mapping(asked, space).indices
    for (name, share), index in zip(given.items(), indices, strict=True):
        if index is None:
            raise ValueError(
                f"Expected classes among {', '.join(space.classes)} in the "
                f"prior, or a word of the same meaning "
                f"({labels.describe_synonyms()}). Received: {name}."
            )
        if not np.isnan(shares[index]):
            raise ValueError(
                "Expected each class once in the prior. Received: "
                f"{space.classes[index]} twice."
            )
        if not 0 <= share < np.inf:
            raise ValueError(
                "Expected shares from 0 on in the prior. Received: "
                f"{name}={share:g}."
            )
        shares[index] = share
    missing = np.isnan(shares)
    total = float(np.nansum(shares))
    if not missing.any():
        if not total:
            raise ValueError(
                "Expected a prior with a share over 0. Received: 0 for each of "
                f"{', '.join(space.classes)}."
            )
        return _scaled(shares)
    if total > 1 - 1e-9:
        left = [n for n, m in zip(space.classes, missing, strict=True) if m]
        raise ValueError(
            "Expected shares under 1 in all, to leave some for the classes "
            f"that are not named ({', '.join(left)}). Received: {total:g} in "
            "all. Name every class, if need be as 0."
        )
    rest = np.array(trained.shares)[missing]
    rest = rest if rest.sum() > 0 else np.ones(len(rest))
    shares[missing] = (1 - total) * rest / rest.sum()
    return _scaled(shares)


def _scaled(shares):
    shares = np.asarray(shares, np.float64)
    return tuple((shares / shares.sum()).tolist())
