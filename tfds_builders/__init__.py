"""TFDS builders of emotion corpora, one folder each; importing registers."""

from tfds_builders import afew_va
from tfds_builders import aff_wild
from tfds_builders import aff_wild2
from tfds_builders import affectnet
from tfds_builders import caer
from tfds_builders import ck_plus
from tfds_builders import crema_d_video
from tfds_builders import dfew
from tfds_builders import fer2013
from tfds_builders import ferplus
from tfds_builders import iemocap_video
from tfds_builders import jaffe
from tfds_builders import mead
from tfds_builders import ramas
from tfds_builders import ravdess_video
from tfds_builders import realeyes_like
from tfds_builders import recola
from tfds_builders import savee_video
from tfds_builders import sewa
from tfds_builders import synthetic_affect
from tfds_builders import video_folder

__all__ = [
    "aff_wild",
    "aff_wild2",
    "affectnet",
    "afew_va",
    "caer",
    "ck_plus",
    "crema_d_video",
    "dfew",
    "fer2013",
    "ferplus",
    "iemocap_video",
    "jaffe",
    "mead",
    "ramas",
    "ravdess_video",
    "realeyes_like",
    "recola",
    "savee_video",
    "sewa",
    "synthetic_affect",
    "video_folder",
]
