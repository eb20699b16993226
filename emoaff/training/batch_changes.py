"""What is done to a batch as a whole, after it was read."""

import tensorflow as tf

from emoaff.data.augmentations import AUGMENTATIONS
from emoaff.data.augmentations import build_augmentation
from emoaff.data.clip_augmenter import mixup
from emoaff.training.teacher import mix_answers


def change_batches(
    batches, config, epoch, first, shard, teachers, augment=None
) -> tf.data.Dataset:
    """Augments images, asks teachers and blends, as the settings say.

    Args:
        batches: A data set of `(x, y)`, see `emoaff.data.clips.clip_batches`.
        config: A `ClipConfig`.
        epoch: 0-based.
        first: Number in the epoch of the first batch.
        shard: See `clip_batches`.
        teachers: Those that answer the images as they are changed here.
        augment: What changes images that are held in memory, called with them
            and a seed; `None` for the augmentation of images from files.
    """
    alpha, in_memory = config.augmentation.mixup, augment is not None
    augment = augment or make_augmenter(config, of_single_pictures=True)
    if augment is None and not alpha and not teachers:
        return batches
    seeds = tf.constant([config.seed, epoch])
    fold = tf.random.experimental.stateless_fold_in

    def change(step, batch):
        x, y = batch
        number = tf.cast(step, tf.int32) + first
        if in_memory:
            # Two ways, so that either kind of run is repeated as it was.
            seed = fold(fold(seeds, number), shard[0])
        else:
            seed = fold(seeds, number * 4096 + shard[0])
        if augment is not None:
            x = augment(x, seed)
        if teachers:
            answers = [teacher(x) for teacher in teachers]
            share = config.teacher.share
            y = {n: mix_answers(v, answers, share) for n, v in y.items()}
        if alpha:
            x, y = mixup(x, y, seed, alpha)
        return x, y

    changed = batches.enumerate().map(
        change, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )
    return changed.prefetch(2)


def make_augmenter(config, of_single_pictures: bool):
    """Makes the augmentation of the settings, if it is of this kind.

    Args:
        config: A `ClipConfig`.
        of_single_pictures: Which kind, see
            `emoaff.data.augmentations.Augmentation`.

    Returns:
        What changes images, or `None`.
    """
    settings = config.augmentation
    if AUGMENTATIONS[settings.name].of_single_pictures != of_single_pictures:
        return None
    return build_augmentation(settings.name, config.model.size, settings.limits)
