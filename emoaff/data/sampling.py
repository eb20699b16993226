"""Which examples an epoch draws, decided on labels alone."""

import hashlib

import numpy as np

from emoaff.data.window_votes import vote_window_label


def draw_epoch_order(count: int, seed: int, epoch: int) -> np.ndarray:
    """Shuffles the examples of one epoch, each drawn once.

    Args:
        count: Number of examples.
        seed: Seed of the run.
        epoch: 0-based; every epoch has another order, always the same for
            one seed.

    Returns:
        int64 `(count,)`, a permutation of `range(count)`.
    """
    return np.random.default_rng((seed, epoch)).permutation(count)


def draw_class_weighted_order(
    labels: np.ndarray, count: int, power: float, seed: int, epoch: int
) -> np.ndarray:
    """Draws the windows of one epoch, windows of rare classes more often.

    The class of a window is the most frequent one of its frames, see
    `emoaff.data.window_votes.vote_window_label`; windows without any label are
    never drawn.

    Args:
        labels: Class index of each frame, int `(windows, frames)`, -1 is no
            label.
        count: See `draw_balanced_indices`.
        power: See `draw_balanced_indices`.
        seed: See `draw_balanced_indices`.
        epoch: See `draw_balanced_indices`.

    Returns:
        int64 `(count,)`, numbers of windows.

    Raises:
        ValueError: If no window has a label.
    """
    classes = vote_window_label(labels)
    labelled = np.flatnonzero(classes >= 0)
    if not len(labelled):
        raise ValueError(
            "At least one window must have a labelled frame. Received: none "
            f"of {len(classes)}. Choose the labels that the split has."
        )
    drawn = draw_balanced_indices(classes[labelled], count, power, seed, epoch)
    return labelled[drawn]


def draw_balanced_indices(
    classes: np.ndarray, count: int, power: float, seed: int, epoch: int
) -> np.ndarray:
    """Draws the examples of one epoch, rare classes more often.

    A class with `n` examples gets a share of the draws proportional to
    `n ** (1 - power)`: `power=0` keeps the corpus's shares, `power=1` gives
    each class the same.

    Args:
        classes: Class index of each example, int `(n,)`, at least 0.
        count: How many examples to draw, with replacement.
        power: In `[0, 1]`.
        seed: Seed of the run.
        epoch: 0-based; every epoch draws anew, always the same for one seed.

    Returns:
        int64 `(count,)`, indices into `classes`.
    """
    weight = np.bincount(classes).astype(np.float64)[classes] ** -power
    rng = np.random.default_rng((seed, epoch))
    return rng.choice(len(classes), count, p=weight / weight.sum())


def held_out(images: np.ndarray, share: float) -> np.ndarray:
    """Marks a fixed share of pictures by their pixels alone.

    Pictures with equal pixels always fall on the same side.

    Args:
        images: uint8 `(n, ...)`.
        share: In `[0, 1]`, expected share of marked pictures.

    Returns:
        bool `(n,)`.
    """
    digests = (hashlib.sha256(image.tobytes()).digest() for image in images)
    heads = np.array([int.from_bytes(d[:8], "big") for d in digests], float)
    return heads < share * 2.0**64
