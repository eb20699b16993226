"""TFDS builders of emotion corpora, one folder each; importing registers."""

from tfds_builders import ferplus

__all__ = ["ferplus"]
