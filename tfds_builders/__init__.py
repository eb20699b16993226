"""TFDS builders of emotion corpora, one folder each; importing registers."""

from tfds_builders import ferplus
from tfds_builders import synthetic_affect
from tfds_builders import video_folder

__all__ = ["ferplus", "synthetic_affect", "video_folder"]
