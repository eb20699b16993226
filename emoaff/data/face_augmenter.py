"""Random but repeatable changes to still face pictures."""

import dataclasses
import math

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class FaceAugmenter:
    """Warps, re-lights, blurs and covers face crops.

    One warp does flip, rotation, zoom, stretch, shift and the resize to
    `size`, so pixels are interpolated once. Half of a batch is filled outside
    the picture with its border pixels, half with one random grey; a share of
    it, `surround`, with parts of other pictures. Each call is a pure function
    of `images` and `seed`, eager or inside `tf.data`.

    Args:
        size: Side of the result in pixels.
        zoom: Largest factor by which the face grows; the factor is drawn
            log-uniformly from `[1 / shrink, zoom]`.
        shrink: Largest factor by which the face shrinks, as in a looser crop;
            `None` for that of `zoom`.
        rotation: Largest rotation in degrees, either way.
        stretch: Largest relative change of the height against the width.
        shift: Largest shift in each direction, relative to the side.
        brightness: Largest added value, in units of 0-255.
        contrast: Largest factor of contrast about the mean, and its inverse.
        gamma: Largest exponent, and its inverse, applied to `x / 255`.
        blur: Largest standard deviation of the Gaussian, in output pixels; a
            third of the pictures is blurred.
        source_blur: The same before the warp, in pixels of the stored
            picture, for another third.
        noise: Largest standard deviation of added noise, in units of 0-255.
        cover: Share of the pictures of which one rectangle is covered.
        dim: Least factor by which light is taken away; a third of the pictures
            is multiplied by a factor drawn log-uniformly from `[dim, 1]`.
        surround: Share of a batch, its last pictures, that have an enlarged
            and turned part of another picture outside, as hair and background
            are around a face in a loose crop.
        jpeg: Least quality of a JPEG; every third picture is compressed, with a
            quality drawn uniformly from `[jpeg, 100]`. 100 compresses none.
    """

    size: int = 112
    zoom: float = 1.35
    shrink: float | None = None
    rotation: float = 15.0
    stretch: float = 0.08
    shift: float = 0.08
    brightness: float = 40.0
    contrast: float = 1.6
    gamma: float = 1.6
    blur: float = 1.5
    noise: float = 10.0
    cover: float = 0.25
    dim: float = 1.0
    surround: float = 0.0
    source_blur: float = 0.0
    jpeg: float = 100.0

    def __call__(self, images, seed):
        """Changes one batch.

        Args:
            images: `(batch, height, width, channels)`, any number dtype,
                values in `[0, 255]`.
            seed: Integer tensor of shape `(2,)`.

        Returns:
            `(batch, size, size, channels)`, float32 in `[0, 255]`.
        """
        draw = _Draw(seed, tf.shape(images)[0])
        x = tf.cast(images, tf.float32)
        if self.source_blur:
            x = _blur(x, self.source_blur, draw)
        x = self._warp(x, draw)
        x = self._light(x, draw)
        x = _blur(x, self.blur, draw)
        sigma = draw.uniform(0.0, self.noise)[:, None, None, None]
        x += sigma * draw.normal(tf.shape(x))
        if self.dim < 1.0:
            x = self._dim(x, draw)
        x = tf.clip_by_value(self._cover(x, draw), 0.0, 255.0)
        return self._compress(x, draw) if self.jpeg < 100.0 else x

    def _warp(self, x, draw):
        shrink = self.zoom if self.shrink is None else self.shrink
        zoom = tf.exp(draw.uniform(-math.log(shrink), math.log(self.zoom)))
        stretch = 1.0 + draw.uniform(-self.stretch, self.stretch)
        flip = tf.where(draw.uniform(0.0, 1.0) < 0.5, -1.0, 1.0)
        angle = draw.uniform(-self.rotation, self.rotation) * math.pi / 180.0
        matrices = _invert_affine(
            tf.cast(tf.shape(x)[1:3], tf.float32),
            self.size,
            flip * zoom / tf.sqrt(stretch),
            zoom * tf.sqrt(stretch),
            angle,
            draw.uniform(-self.shift, self.shift),
            draw.uniform(-self.shift, self.shift),
        )
        count = tf.shape(x)[0]
        plain = count - tf.cast(
            tf.round(self.surround * tf.cast(count, tf.float32)), tf.int32
        )
        half = plain // 2
        replicated = _project(x[:half], matrices[:half], self.size, "NEAREST")
        # Fill with a random level: subtract it, fill with 0, add it again.
        level = draw.uniform(0.0, 255.0)[half:plain, None, None, None]
        filled = _project(
            x[half:plain] - level, matrices[half:plain], self.size, "CONSTANT"
        )
        parts = [replicated, filled + level]
        if self.surround:
            around = self._surroundings(x, draw)[plain:]
            inside = _project(
                tf.ones_like(x[plain:]), matrices[plain:], self.size, "CONSTANT"
            )
            face = _project(x[plain:], matrices[plain:], self.size, "CONSTANT")
            parts.append(face + (1.0 - inside) * around)
        return tf.concat(parts, axis=0)

    def _surroundings(self, x, draw):
        """Parts of the pictures' neighbours in the batch, turned anyhow."""
        scale = tf.exp(draw.uniform(math.log(1.5), math.log(4.0)))
        matrices = _invert_affine(
            tf.cast(tf.shape(x)[1:3], tf.float32),
            self.size,
            scale,
            scale,
            draw.uniform(-math.pi, math.pi),
            draw.uniform(-1.0, 1.0),
            draw.uniform(-1.0, 1.0),
        )
        return _project(tf.roll(x, 1, axis=0), matrices, self.size, "REFLECT")

    def _light(self, x, draw):
        def column(values):
            return values[:, None, None, None]

        gamma = tf.exp(draw.uniform(-1.0, 1.0) * math.log(self.gamma))
        x = 255.0 * tf.pow(tf.clip_by_value(x / 255.0, 0.0, 1.0), column(gamma))
        contrast = tf.exp(draw.uniform(-1.0, 1.0) * math.log(self.contrast))
        mean = tf.reduce_mean(x, axis=(1, 2, 3), keepdims=True)
        x = (x - mean) * column(contrast) + mean
        return x + column(draw.uniform(-self.brightness, self.brightness))

    def _dim(self, x, draw):
        factor = tf.exp(draw.uniform(math.log(self.dim), 0.0))
        dimmed = draw.uniform(0.0, 1.0) < 1 / 3
        return x * tf.where(dimmed, factor, 1.0)[:, None, None, None]

    def _compress(self, x, draw):
        quality = tf.cast(tf.round(draw.uniform(self.jpeg, 100.0)), tf.int32)
        third = tf.range(0, tf.shape(x)[0], 3)

        def compress(row):
            picture = tf.cast(tf.round(x[row]), tf.uint8)
            coded = tf.image.adjust_jpeg_quality(picture, quality[row])
            return tf.cast(coded, tf.float32)

        compressed = tf.map_fn(compress, third, fn_output_signature=tf.float32)
        return tf.tensor_scatter_nd_update(x, third[:, None], compressed)

    def _cover(self, x, draw):
        grid = (tf.range(self.size, dtype=tf.float32) + 0.5) / self.size
        inside = draw.uniform(0.0, 1.0)[:, None, None] < self.cover
        for axis in (1, 2):
            centre = draw.uniform(0.0, 1.0)[:, None]
            half = draw.uniform(0.05, 0.2)[:, None]
            inside &= tf.expand_dims(tf.abs(grid - centre) < half, 3 - axis)
        level = draw.uniform(0.0, 255.0)[:, None, None, None]
        return tf.where(inside[..., None], level, x)


class _Draw:
    """Stateless draws, one per picture, each from a seed of its own."""

    def __init__(self, seed, batch):
        self._seed = tf.cast(seed, tf.int32)
        self._batch = batch
        self._count = 0

    def _next(self):
        self._count += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._count)

    def uniform(self, low, high):
        return tf.random.stateless_uniform(
            [self._batch], self._next(), low, high
        )

    def normal(self, shape):
        return tf.random.stateless_normal(shape, self._next())


def _invert_affine(shape, size, scale_x, scale_y, angle, shift_x, shift_y):
    """Maps output pixels to input pixels: `(batch, 8)` projective rows.

    Coordinates are of pixel centres, measured from the middle of each picture,
    in shares of its side.
    """
    cos, sin = tf.cos(angle), tf.sin(angle)
    a, b = cos / scale_x, sin / scale_x
    c, d = -sin / scale_y, cos / scale_y
    height, width = shape[0], shape[1]
    # u_in = A (u_out - shift); pixel = (u + 0.5) * side - 0.5
    to_unit, off = 1.0 / size, 0.5 / size - 0.5

    def row(p, q, side):
        constant = p * (off - shift_x) + q * (off - shift_y) + 0.5
        return (
            p * to_unit * side,
            q * to_unit * side,
            constant * side - 0.5,
        )

    zero = tf.zeros_like(angle)
    return tf.stack([*row(a, b, width), *row(c, d, height), zero, zero], axis=1)


def _project(x, matrices, size, fill):
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=matrices,
        output_shape=[size, size],
        interpolation="BILINEAR",
        fill_mode=fill,
        fill_value=0.0,
    )


def _blur(x, most, draw):
    """Blurs a third of the pictures by a Gaussian of up to `most` pixels."""
    sigma = draw.uniform(0.0, most)
    sigma = tf.where(draw.uniform(0.0, 1.0) < 1 / 3, sigma, 1e-3)
    radius = math.ceil(2.5 * most)
    offsets = tf.range(-radius, radius + 1, dtype=tf.float32)
    kernel = tf.exp(
        -0.5 * tf.square(offsets / tf.maximum(sigma, 1e-3)[:, None])
    )
    kernel /= tf.reduce_sum(kernel, axis=1, keepdims=True)
    for axis in (1, 2):
        x = _convolve(x, kernel, axis, radius)
    return x


def _convolve(x, kernel, axis, radius):
    """Convolves each picture with its own 1-D `kernel` along `axis`."""
    paddings = [[0, 0]] * 4
    paddings[axis] = [radius, radius]
    padded = tf.pad(x, paddings, mode="SYMMETRIC")
    length = tf.shape(x)[axis]
    total = tf.zeros_like(x)
    for k in range(2 * radius + 1):
        taken = tf.gather(padded, tf.range(k, k + length), axis=axis)
        total += kernel[:, k, None, None, None] * taken
    return total
