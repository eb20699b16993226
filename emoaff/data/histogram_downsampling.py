"""Thins out the frames whose valence and arousal are common."""

import numpy as np

MODES = ("paper", "fixed")
CEILINGS = ("max_mean", "max", "mean")


def histogram_downsampling(
    valence: np.ndarray,
    arousal: np.ndarray,
    mode: str = "paper",
    ceiling: str = "max_mean",
    drop_origin: bool = True,
    bins: int = 40,
    seed: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the frames to train on by how full their histogram cell is.

    `n` is the number of labelled frames in a frame's cell of a histogram of
    valence and arousal, `M` the ceiling.

    `"paper"` does what the code of Rangulov and Fahim does, which is less
    than it means to:

    - `p = 1 - n / M`, each frame by itself. That does not flatten: cells with
      `n >= M` lose every frame, and of the others those with `n = M / 2` keep
      most, `M / 4` frames.
    - The edges of valence serve for arousal too, and cells are looked up by
      another convention than they were counted by: a value on an edge
      belongs to the cell below, and the smallest valence (and an arousal not
      above it) to the last cell.
    - Frames at (0, 0) are in the counts although they are dropped.

    `"fixed"` flattens: a cell keeps `min(n, floor(M))` of its frames (1 where
    `M < 1`), drawn without replacement, so none ever holds more than `M`;
    `p = min(n, floor(M)) / n`. Each axis has its own edges, a value on an
    edge belongs to the cell above and the largest value to the last cell.
    Dropped frames are not counted. With `ceiling="max"` nothing is thinned.

    The original applies this once, before training, to the pictures of the
    CNN's training set, and counts frames without a face crop too: give the
    labels of these as well, if the corpus has them, and use the result at the
    others. Windows for the RNN are not thinned.

    float32 labels are read to six decimals. A label of 0.1 lies on an edge of
    40 cells in [-1, 1], and its float32 beside it.

    Args:
        valence: Float `(n,)`, NaN where unlabelled.
        arousal: Float `(n,)`, NaN where unlabelled.
        mode: One of `MODES`.
        ceiling: `M` from the counts of all cells, empty ones included:
            `"max"`, `"mean"`, or `"max_mean"`, halfway between the two, which
            the original trains with.
        drop_origin: Whether frames with valence and arousal exactly 0 are
            dropped.
        bins: Cells along each axis, from the smallest label to the largest.
        seed: Of the draw. `None` draws anew each time, as the original does.

    Returns:
        `(keep, keep_probability)`: bool `(n,)`, and float64 `(n,)`, NaN at
        frames without both labels, which are never kept, and 0 at dropped
        ones. In `"paper"` the probability may be negative, which is 0.

    Raises:
        ValueError: If an argument is none of the above, no frame has both
            labels, or, for `"paper"`, an arousal is larger than every
            valence: it has no cell there, and the original stops too.

    References:
        - [Rangulov and Fahim, 2020](https://arxiv.org/abs/2006.11168), the
          authors' code, `get_density` and `get_partition`
    """
    if mode not in MODES or ceiling not in CEILINGS or bins < 1:
        raise ValueError(
            f"`mode` must be one of {MODES}, `ceiling` one of {CEILINGS} and "
            f"`bins` at least 1. Received: mode={mode!r}, "
            f"ceiling={ceiling!r}, bins={bins}."
        )
    v, a = _round_as_written(valence), _round_as_written(arousal)
    if v.ndim != 1 or v.shape != a.shape:
        raise ValueError(
            "`valence` and `arousal` must have one number a frame. Received: "
            f"shapes {v.shape} and {a.shape}."
        )
    labelled = ~(np.isnan(v) | np.isnan(a))
    if not labelled.any():
        raise ValueError(
            "At least one frame must have both labels. Received: none of "
            f"{len(v)}. Choose a split with valence and arousal."
        )
    origin = labelled & (v == 0) & (a == 0) & drop_origin
    drawn = labelled & ~origin
    probability = np.where(labelled, 0.0, np.nan)
    keep = np.zeros(len(v), bool)
    if drawn.any():
        rng = np.random.default_rng(seed)
        frames = v[drawn], a[drawn]
        if mode == "paper":
            density, edges, _ = np.histogram2d(v[labelled], a[labelled], bins)
            probability[drawn] = _keep_as_in_paper(
                frames, density, edges, ceiling
            )
            keep[drawn] = rng.random(len(frames[0])) < probability[drawn]
        else:
            keep[drawn], probability[drawn] = _keep_fixed_count(
                frames, bins, ceiling, rng
            )
    return keep, probability


def _keep_as_in_paper(frames, density, edges, ceiling):
    cell = [np.digitize(values, edges, right=True) - 1 for values in frames]
    if cell[1].max() >= len(density):
        raise ValueError(
            "For mode='paper' no arousal may be larger than every valence. "
            f"Received: arousal up to {frames[1].max()}, valence up to "
            f"{edges[-1]}. Use mode='fixed'."
        )
    # A cell number of -1 reads the last cell, as in the original.
    return 1.0 - density[cell[0], cell[1]] / _choose_ceiling(density, ceiling)


def _keep_fixed_count(frames, bins, ceiling, rng):
    inner = [np.histogram_bin_edges(values, bins)[1:-1] for values in frames]
    v, a = map(np.digitize, frames, inner)
    cell = v * bins + a
    density = np.bincount(cell, minlength=bins * bins)
    most = max(1, int(_choose_ceiling(density, ceiling)))
    # Each cell in a random order: the place in it decides.
    order = np.lexsort((rng.random(len(cell)), cell))
    first = np.cumsum(density) - density
    place = np.empty(len(cell), np.int64)
    place[order] = np.arange(len(cell)) - first[cell[order]]
    return place < most, np.minimum(1.0, most / density[cell])


def _choose_ceiling(density, ceiling):
    if ceiling == "max":
        return density.max()
    if ceiling == "mean":
        return density.mean()
    return (density.mean() + density.max()) / 2


def _round_as_written(values):
    values = np.asarray(values)
    if values.dtype == np.float32:
        return np.round(values.astype(np.float64), 6)
    return values.astype(np.float64)
