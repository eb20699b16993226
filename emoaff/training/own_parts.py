"""Parts of a user's own, registered by a decorator in a recipe file.

A recipe file is run before its settings are read, so what it registers can be
named in its `CONFIG` and by `--set`. The decorators have to stand above
`CONFIG`.

What is public here:

    register_loss, register_augmentation, register_metric,
    register_label_space: decorators

`emoaff.models.register_backbone` is one too.
"""

from collections.abc import Callable
from typing import NamedTuple

from emoaff import labels
from emoaff.data.augmentations import AUGMENTATIONS
from emoaff.data.augmentations import Augmentation
from emoaff.training.objectives import LOSSES
from emoaff.training.objectives import NamedLoss

_MEASURES = ("ccc", "uar", "accuracy", "macro_f1", "loss")


class OwnMetric(NamedTuple):
    """A measure of the validation split that has a name.

    Attributes:
        compute: See `register_metric`.
        of_affect: Whether it is for valence and arousal, else for classes.
        higher_is_better: Whether a larger value is better.
    """

    compute: Callable
    of_affect: bool
    higher_is_better: bool


METRICS: dict[str, OwnMetric] = {}
_own: dict[str, set[str]] = {}


def register_loss(
    name: str, *, of_affect: bool = False, over_frames: bool = False
) -> Callable:
    """Registers a loss under a name, for `loss.name`.

    Args:
        name: None of emoaff's own.
        of_affect: Whether it is for valence and arousal, else for classes.
        over_frames: Whether it compares frames with each other, as a CCC
            does: single images then become one sequence, the batch.

    Returns:
        A decorator of a function that is called with the settings, a
        `LossConfig`, and the classes' weights, `(classes,)` or `None`, and
        returns the loss: a function, or `keras.losses.Loss`, of labels (NaN
        or -1 where there is none) and predictions to a scalar.

    Raises:
        ValueError: If the name is one of emoaff's own.

    Example:
    >>> @register_loss("mean_error", of_affect=True)
    ... def make_mean_error(settings, weights):
    ...     return keras.losses.MeanAbsoluteError()
    """

    def register(build):
        _claim("loss", name, LOSSES)
        LOSSES[name] = NamedLoss(build, of_affect, over_frames)
        return build

    return register


def register_augmentation(
    name: str, *, of_single_pictures: bool = False
) -> Callable:
    """Registers an augmentation under a name, for `augmentation.name`.

    Args:
        name: None of emoaff's own.
        of_single_pictures: Whether it is called with a batch of pictures,
            `(batch, height, width, 3)` float RGB 0-255, and one seed of two
            integers; else with clips, `(batch, frames, height, width, 3)`, and
            a seed each, `(batch, 2)`.

    Returns:
        A decorator of a function that is called with the side of the result
        in pixels and the limits in the settings, and returns what changes
        pictures, in TensorFlow.

    Raises:
        ValueError: If the name is one of emoaff's own.

    Example:
    >>> @register_augmentation("dim", of_single_pictures=True)
    ... def make_dim(size, limits):
    ...     return lambda pictures, seed: 0.5 * pictures
    """

    def register(build):
        _claim("augmentation", name, AUGMENTATIONS)
        AUGMENTATIONS[name] = Augmentation(build, of_single_pictures)
        return build

    return register


def register_metric(
    name: str, *, of_affect: bool = False, higher_is_better: bool = True
) -> Callable:
    """Registers a measure of the validation split, for `schedule.monitor`.

    It stands in `history.csv`, whether or not it decides which epoch is best.

    Args:
        name: None of emoaff's own.
        of_affect: Whether it is for valence and arousal, else for classes.
        higher_is_better: Whether a larger value is better.

    Returns:
        A decorator of a function of labels and predictions to a number, in
        NumPy: of classes int `(n,)` and logits `(n, classes)`; of valence and
        arousal float `(n, 2)` both, in the order of `data.target`, NaN where
        there is none.

    Raises:
        ValueError: If the name is one of emoaff's own.

    Example:
    >>> @register_metric("worst", of_affect=True, higher_is_better=False)
    ... def compute_worst(truth, predicted):
    ...     return np.nanmax(np.abs(truth - predicted))
    """

    def register(compute):
        _claim("metric", name, _MEASURES)
        METRICS[name] = OwnMetric(compute, of_affect, higher_is_better)
        return compute

    return register


def register_label_space(name: str, *, multi_label: bool = False) -> Callable:
    """Registers a label space under a name, for `data.label_space`.

    Args:
        name: None of emoaff's own.
        multi_label: Whether several classes may hold at once.

    Returns:
        A decorator of a function without arguments that returns the names of
        the classes, in order.

    Raises:
        ValueError: If the name is one of emoaff's own, or the classes are no
            names.

    Example:
    >>> @register_label_space("pleasant")
    ... def list_classes():
    ...     return ("happiness", "sadness")
    >>> emoaff.labels.get("pleasant").classes
    ('happiness', 'sadness')
    """

    def register(list_classes):
        _claim("label space", name, labels.list_label_spaces())
        space = labels.LabelSpace(
            name, tuple(list_classes()), multi_label, "a recipe file"
        )
        labels.register(space)
        return list_classes

    return register


def _claim(kind, name, known):
    """Refuses emoaff's own names; a recipe file may be run again."""
    own = _own.setdefault(kind, set())
    if name in known and name not in own:
        raise ValueError(
            f"Expected a name of a {kind} that emoaff does not have itself. "
            f"Received: {name!r}. Choose another."
        )
    own.add(name)
