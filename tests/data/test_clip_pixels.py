import tensorflow as tf

from emoaff.data.clip_pixels import convert_dtype


def test_rounding_is_to_the_nearest():
    x = tf.constant([0.0, 0.49, 0.51, 254.6, 255.0])
    assert list(convert_dtype(x, "uint8").numpy()) == [0, 0, 1, 255, 255]
