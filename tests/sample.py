"""The sample media that come with the project."""

import pathlib

MEDIA = pathlib.Path(__file__).parents[1] / "examples" / "media"
PORTRAIT = MEDIA / "astronaut.jpg"
CLIP = MEDIA / "astronaut.mp4"
