import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from emoaff.data.augmentations import AUGMENTATIONS
from emoaff.data.augmentations import Augmentation
from emoaff.data.augmentations import build_augmentation
from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.training.clip_config import ClipConfig
from emoaff.training.data_groups import AugmentationConfig

CLIPS = np.random.default_rng(0).uniform(0, 255, (2, 3, 24, 24, 3))


def test_names_are_what_recipes_had_them_for():
    assert build_augmentation("none", 24) is None
    assert build_augmentation("flip", 24) == ClipAugmenter(24, flip=True)
    assert build_augmentation("tzirakis", 24) == ClipAugmenter.tzirakis(24)
    assert build_augmentation("strong", 24) == ClipAugmenter.strong(24)
    limits = {"shrink": 1.8, "dim": 0.5}
    expected = FaceAugmenter(24, shrink=1.8, dim=0.5)
    assert build_augmentation("face", 24, limits) == expected


def test_settings_of_an_augmentation_are_those_of_the_face_augmenter():
    usual = build_augmentation("face", 24, AugmentationConfig("face").limits)
    # No limit of its own for smaller faces is that for larger ones.
    expected = dataclasses.replace(FaceAugmenter(24), shrink=1.35)
    assert usual == expected


@pytest.mark.parametrize("name", [n for n in AUGMENTATIONS if n != "none"])
def test_each_gives_pictures_of_the_size_asked_for(name):
    augment = build_augmentation(name, 16)
    if AUGMENTATIONS[name].of_single_pictures:
        changed = augment(CLIPS[:, 0], tf.constant([1, 2]))
        assert changed.shape == (2, 16, 16, 3)
    else:
        clips = tf.constant(CLIPS, tf.float32)
        changed = augment(clips, tf.constant([[1, 2], [3, 4]]))
        assert changed.shape == (2, 3, 16, 16, 3)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="one of none, flip, .*'blurry'"):
        build_augmentation("blurry", 24)


def test_one_more_line_makes_a_setting_of_it(monkeypatch):
    with pytest.raises(ValueError, match="`augmentation.name` must be one of"):
        ClipConfig().change(augmentation={"name": "mine"})
    mine = Augmentation(lambda size, limits: ClipAugmenter(size, grey=1.0))
    monkeypatch.setitem(AUGMENTATIONS, "mine", mine)
    config = ClipConfig().change(augmentation={"name": "mine"})
    assert config.augmentation.name == "mine"
    assert build_augmentation("mine", 24).grey == 1.0
