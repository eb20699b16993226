"""Random but repeatable changes to clips of face crops."""

from __future__ import annotations

import dataclasses

import numpy as np
import tensorflow as tf

from emoaff.data.clip_pixels import blur
from emoaff.data.clip_pixels import convert_dtype
from emoaff.data.clip_pixels import cut_each
from emoaff.data.clip_pixels import cut_picture
from emoaff.data.clip_pixels import recolour
from emoaff.data.picture_reading import resize

# Rec. 601, as in Pillow and OpenCV.
_LUMA = (0.299, 0.587, 0.114)
_BLURRED = 1 / 3  # share of clips
_DRAWS = 10


@dataclasses.dataclass(frozen=True)
class ClipAugmenter:
    """Cuts, mirrors and re-lights a clip, all its frames in the same way.

    Each change is drawn once for a clip, so that what moves or lights up in a
    clip is the person, not the augmentation. Geometry is one cut and one
    bilinear resize, colour one 3x3 matrix and one offset. Each call is a pure
    function of its arguments, the same eagerly and inside `tf.data`.

    Args:
        size: Side of the result in pixels.
        crop: Whether to take a part of the picture at a random place, `1 /
            ratio` of each side, to the nearest pixel. It shows the same as
            enlarging the picture by `ratio` and cutting out its former size.
        ratio: See `crop`. Tzirakis et al. enlarge 150 to 170 pixels.
        margin: Largest share of the sides that is cut off first, evenly
            around the centre, in `[0, 1)`: as if the face had been cut out
            with less margin.
        flip: Whether every second clip is mirrored.
        saturation: Range of the factor by which colours differ from their
            grey (Rec. 601 luma, mixed as Pillow does it), or `None`.
        contrast: Range of the factor about the clip's mean grey, or `None`.
        brightness: Largest number added or subtracted, in units of 0-255.
        grey: Share of the clips that lose all colour.
        blur: Largest standard deviation of a Gaussian, in pixels of the
            result; a third of the clips is blurred.
        per: `"clip"`, or `"frame"` to draw anew for each frame, as the code
            of Tzirakis et al. does; this is slower.
        dtype: Of the result. `"uint8"`, rounded to the nearest, is a quarter
            of the memory.

    Call arguments:
        clips: `(batch, frames, height, width, 3)` RGB in `[0, 255]`, uint8 or
            float; or one clip without the first axis.
        seeds: Integer tensor `(batch, 2)`, a seed for each clip; or `(2,)`.
        cut: Whether `crop` and `flip` are still to be done, see `cuts`.

    Returns:
        `(batch, frames, size, size, 3)` in `[0, 255]`, of `dtype`; or without
        the first axis.

    Raises:
        ValueError: If a range is empty, or a share or `per` is none.
    """

    size: int
    crop: bool = False
    ratio: float = 170 / 150
    margin: float = 0.0
    flip: bool = False
    saturation: tuple[float, float] | None = None
    contrast: tuple[float, float] | None = None
    brightness: float = 0.0
    grey: float = 0.0
    blur: float = 0.0
    per: str = "clip"
    dtype: str = "float32"

    def __post_init__(self):
        pairs = [r for r in (self.saturation, self.contrast) if r]
        numbers = (self.brightness, self.grey, self.blur, self.margin)
        if (
            any(low > high or low < 0 for low, high in pairs)
            or min(numbers) < 0
            or self.grey > 1
            or self.margin >= 1
            or self.ratio < 1
            or self.per not in ("clip", "frame")
        ):
            raise ValueError(
                "`ClipAugmenter` expects ranges (low, high) from 0 on, numbers "
                "of at least 0, `grey` and `margin` of at most 1, `ratio` of "
                "at least 1 and `per` 'clip' or 'frame'. "
                f"Received: {self}."
            )

    @classmethod
    def flip_only(cls, size: int) -> ClipAugmenter:
        """Mirrors every second clip."""
        return cls(size, flip=True)

    @classmethod
    def tzirakis(cls, size: int = 150, per: str = "clip") -> ClipAugmenter:
        """Follows the pre-training of Tzirakis et al., 2021.

        The paper gives the crop (150 enlarged to 170), and saturation and
        brightness without their ranges. These, and the order, saturation
        first, are from the author's earlier code, which changes the
        saturation of HSV and draws for each frame.

        References:
            - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717)
        """
        return cls(
            size, crop=True, saturation=(0.5, 1.5), brightness=32.0, per=per
        )

    @classmethod
    def strong(cls, size: int) -> ClipAugmenter:
        """Makes all changes, within limits that keep expressions readable."""
        return cls(
            size,
            crop=True,
            margin=0.15,
            flip=True,
            saturation=(0.5, 1.5),
            contrast=(0.7, 1.4),
            brightness=32.0,
            grey=0.1,
            blur=0.01 * size,
        )

    def __call__(self, clips, seeds, cut=True):
        clips, seeds = tf.convert_to_tensor(clips), tf.convert_to_tensor(seeds)
        if clips.shape.rank == 4:
            return self(clips[None], seeds[None], cut)[0]
        shape, x = tf.shape(clips), clips
        draws = self._draw_numbers(
            seeds, shape[1] if self.per == "frame" else 1
        )
        if self.per == "frame":
            x = tf.reshape(x, (-1, 1, *x.shape[2:]))
        x = self._change(x, draws, cut)
        x = tf.reshape(x, (shape[0], shape[1], self.size, self.size, 3))
        x = convert_dtype(x, self.dtype)
        return tf.ensure_shape(x, (*clips.shape[:2], *x.shape[2:]))

    def cuts(self, seeds, height, width):
        """Draws how to cut pictures one by one, while they are decoded.

        Smaller pictures from the start save a fifth of the whole time. Clips
        of such pictures are then passed on with `cut=False`.

        Args:
            seeds: As in the call.
            height: Of the pictures.
            width: Of the pictures.

        Returns:
            Arguments of `cut_picture`: for each clip `start` `(batch, 3)`, and
            `mirrored` `(batch,)` or `None`; and `shape` for all. `None` if
            there is nothing to cut, or pieces are not of one size.
        """
        if self.margin or self.per == "frame" or not (self.crop or self.flip):
            return None
        return self._cuts(self._draw_numbers(seeds, 1), height, width)

    def _draw_numbers(self, seeds, count):
        """Uniform numbers for `count` changes a clip, one row each."""
        draws = tf.map_fn(
            lambda seed: tf.random.stateless_uniform([count, _DRAWS], seed),
            seeds,
            fn_output_signature=tf.TensorSpec((None, _DRAWS)),
        )
        return tf.reshape(draws, (-1, _DRAWS))

    def _change(self, clips, draws, cut):
        x = clips
        if self.margin:
            # Last, since XLA compiles anew for each size of pieces.
            spec = tf.TensorSpec((x.shape[1], self.size, self.size, 3))
            x = tf.map_fn(
                lambda one: self._cut_some(*one),
                (self._light(x, draws), draws),
                fn_output_signature=spec,
            )
        else:
            if cut and (self.crop or self.flip):
                start, mirrored, shape = self._cuts(draws, *x.shape[2:4])
                x = cut_each(x, start, mirrored, shape)
            if not self.blur and x.shape[2:4] == (self.size, self.size):
                return self._light(x, draws, self.dtype)
            x = resize(self._light(x, draws), self.size)
        if self.blur:
            x = tf.map_fn(
                lambda one: self._blur(*one),
                (x, draws),
                fn_output_signature=tf.TensorSpec(x.shape[1:]),
            )
        return x

    def _cuts(self, draws, height, width):
        shape = [height, width, 3]
        start = tf.zeros((tf.shape(draws)[0], 3), tf.int32)
        if self.crop:
            sides = np.maximum(np.round(np.divide(shape[:2], self.ratio)), 1)
            places = np.subtract(shape[:2], sides) + 1
            start = tf.cast(draws[:, :2] * places, tf.int32)
            start = tf.pad(tf.minimum(start, places - 1), [[0, 0], [0, 1]])
            shape = [*map(int, sides), 3]
        return start, draws[:, 3] < 0.5 if self.flip else None, shape

    def _cut_some(self, x, draws):
        """Cuts off a drawn share of the margin, and resizes what is left."""
        start, length = [], []
        for where, side in ((draws[0], x.shape[1]), (draws[1], x.shape[2])):
            kept = side * (1.0 - self.margin * draws[2])
            piece = kept / self.ratio if self.crop else kept
            first = (side - kept) / 2
            first += (where if self.crop else 0.5) * (kept - piece)
            piece = tf.maximum(tf.cast(tf.round(piece), tf.int32), 1)
            first = tf.cast(tf.round(first), tf.int32)
            start.append(tf.minimum(first, side - piece))
            length.append(piece)
        mirrored = draws[3] < 0.5 if self.flip else None
        x = cut_picture(x, [*start, 0], mirrored, shape=[*length, 3])
        return resize(x, self.size)

    def _light(self, clips, draws, dtype="float32"):
        if not (
            self.saturation or self.contrast or self.brightness or self.grey
        ):
            return convert_dtype(clips, dtype)
        saturation, contrast, brightness, grey = (
            draws[:, i, None, None] for i in range(4, 8)
        )
        luma = tf.constant(_LUMA)[:, None] * tf.ones(3)
        matrix = tf.eye(3, batch_shape=[1])
        offset = (2.0 * brightness[:, 0] - 1.0) * self.brightness
        if self.saturation:
            factor = _between(self.saturation, saturation)
            matrix = factor * matrix + (1.0 - factor) * luma
        if self.grey:
            matrix = tf.where(grey < self.grey, luma, matrix)
        if self.contrast:
            factor = _between(self.contrast, contrast)
            seen = tf.cast(clips[:, :, ::4, ::4], tf.float32)
            mean = tf.reduce_mean(seen, (1, 2, 3)) @ luma[:, :1]
            offset += (1.0 - factor[:, 0]) * mean
            matrix *= factor
        return recolour(clips, matrix, offset, dtype)

    def _blur(self, x, draws):
        blurred, sigma = tf.unstack(draws[8:])
        return tf.cond(
            blurred < _BLURRED,
            lambda: blur(x, sigma * self.blur, self.blur),
            lambda: x,
        )


def mixup(x, y, seed, alpha):
    """Blends each clip of a batch with another one of it.

    The share of the other clip is drawn for each clip from a beta
    distribution, and is at most a half. Labels are blended in the same
    shares: one-hot becomes soft, valence and arousal lie in between, which
    is what a CCC is then computed against. Where either label is NaN, the
    blend is.

    Args:
        x: Float `(batch, ...)`.
        y: Dict of float labels `(batch, ...)`, or one such tensor.
        seed: Integer tensor of shape `(2,)`.
        alpha: Both parameters of the beta distribution, over 0. Small ones
            blend rarely and little.

    Returns:
        `x` and `y` blended, shapes and dtypes as before.

    References:
        - [Zhang et al., 2018](https://arxiv.org/abs/1710.09412)
    """
    batch = tf.shape(x)[0]
    seeds = tf.random.experimental.stateless_split(seed, 5)
    # Gammas of a small alpha underflow, their logarithms do not.
    logarithms = [
        tf.math.log(tf.random.stateless_gamma([batch], seeds[i], alpha + 1.0))
        + tf.math.log(tf.random.stateless_uniform([batch], seeds[i + 2], 1e-7))
        / alpha
        for i in (0, 1)
    ]
    share = tf.sigmoid(-tf.abs(logarithms[0] - logarithms[1]))
    order = tf.random.experimental.stateless_shuffle(tf.range(batch), seeds[4])

    def blend(values):
        shape = tf.concat([[batch], tf.ones(tf.rank(values) - 1, tf.int32)], 0)
        part = tf.cast(tf.reshape(share, shape), values.dtype)
        return (1 - part) * values + part * tf.gather(values, order)

    return tf.nest.map_structure(blend, (x, y))


def _between(limits, draw):
    low, high = limits
    return low + (high - low) * draw
