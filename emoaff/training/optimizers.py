"""Optimizers and learning rates, by the names that recipes use.

A new one is a function and a line in `OPTIMIZERS` or `SCHEDULES`.
"""

import keras


def make_optimizer(
    optimizer, schedule, total_steps: int
) -> keras.optimizers.Optimizer:
    """Makes the optimizer that the settings describe.

    Args:
        optimizer: An `OptimizerConfig`.
        schedule: A `ScheduleConfig`.
        total_steps: Updates until the last epoch.

    Returns:
        A Keras optimizer.
    """
    rate = SCHEDULES[schedule.name](
        optimizer.learning_rate, schedule, total_steps
    )
    ema = {"use_ema": optimizer.ema > 0, "ema_momentum": optimizer.ema or 0.99}
    return OPTIMIZERS[optimizer.name](rate, optimizer, ema)


def make_head_optimizer(
    optimizer, schedule, total_steps: int
) -> keras.optimizers.Optimizer:
    """Makes the optimizer of the epochs that train only what is new.

    Args:
        optimizer: See `make_optimizer`.
        schedule: See `make_optimizer`.
        total_steps: Updates of these epochs.

    Returns:
        Adam at `schedule.head_learning_rate`; where that is 0, what
        `make_optimizer` makes.
    """
    if schedule.head_learning_rate:
        return keras.optimizers.Adam(schedule.head_learning_rate)
    return make_optimizer(optimizer, schedule, total_steps)


def _sgd(rate, settings, ema):
    return keras.optimizers.SGD(rate, settings.momentum, **ema)


def _adamw(rate, settings, ema):
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=settings.weight_decay, **ema
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


# Called with the rate or its schedule, the `OptimizerConfig`, and what Keras's
# optimizers take for averaged weights.
OPTIMIZERS = {
    "adam": lambda rate, settings, ema: keras.optimizers.Adam(rate, **ema),
    "adamw": _adamw,
    "sgd": _sgd,
    "rmsprop": lambda rate, settings, ema: keras.optimizers.RMSprop(
        rate, **ema
    ),
}


def _cosine(rate, settings, total_steps):
    warmup = settings.warmup_steps
    if not warmup:
        return keras.optimizers.schedules.CosineDecay(rate, total_steps)
    if warmup >= total_steps:
        raise ValueError(
            "Expected `schedule.warmup_steps` below the number of updates, "
            f"{total_steps}. Received: schedule.warmup_steps={warmup}. Lower "
            "it, or train for more epochs."
        )
    return keras.optimizers.schedules.CosineDecay(
        0.0, total_steps - warmup, warmup_target=rate, warmup_steps=warmup
    )


def _inverse_time(rate, settings, total_steps):
    return keras.optimizers.schedules.InverseTimeDecay(
        rate, decay_steps=1, decay_rate=settings.decay
    )


# Called with the highest rate, the `ScheduleConfig` and the updates in all.
SCHEDULES = {
    "constant": lambda rate, settings, total_steps: rate,
    "cosine": _cosine,
    "inverse_time": _inverse_time,
}
