"""Optimizers and learning rates, by the names that recipes use."""

import keras


def make_optimizer(config, total_steps: int) -> keras.optimizers.Optimizer:
    """Makes the optimizer that the settings describe.

    Args:
        config: A `ClipConfig`.
        total_steps: Updates until the last epoch.

    Returns:
        A Keras optimizer.
    """
    rate = _rate(config, total_steps)
    ema = {"use_ema": config.ema > 0, "ema_momentum": config.ema or 0.99}
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(rate, config.momentum, **ema)
    if config.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate, **ema)
    if config.optimizer == "adam":
        return keras.optimizers.Adam(rate, **ema)
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=config.weight_decay, **ema
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _rate(config, total_steps):
    if config.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(
            config.learning_rate, total_steps
        )
    if config.schedule == "inverse_time":
        return keras.optimizers.schedules.InverseTimeDecay(
            config.learning_rate, decay_steps=1, decay_rate=config.decay
        )
    return config.learning_rate
