"""A model and a detector that take no time, for tests of the page."""

import io

import numpy as np
import PIL.Image

from tests.prediction.small_sequences import still_preset


def make_model(folder):
    return str(still_preset(folder / "still").path)


def make_picture(width=64, height=48, grey=90):
    """A picture as bytes of a PNG file."""
    data = io.BytesIO()
    pixels = np.full((height, width, 3), grey, np.uint8)
    PIL.Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()
