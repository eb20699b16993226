"""Which windows a recipe trains on and validates with."""

import dataclasses

import numpy as np

from emoaff.data.frame_rates import find_stored_rates
from emoaff.data.frame_rates import find_usual_jumps
from emoaff.data.histogram_downsampling import histogram_downsampling
from emoaff.data.recordings import Recordings
from emoaff.data.thinning import mark_sampled_rows
from emoaff.data.window_oversampling import count_rare_window_copies
from emoaff.data.window_oversampling import tabulate_oversampling
from emoaff.data.windows import Windows
from emoaff.data.windows import one_step_ahead
from emoaff.data.windows import sliding


def cut_training_windows(
    config, recordings: Recordings, label: str, report
) -> Windows:
    """Cuts the windows of an epoch, and adds or leaves out for balance.

    Args:
        config: A `ClipConfig`.
        recordings: The training split.
        label: Field of it that a window needs a value of.
        report: Called with a line about the balance.

    Returns:
        The windows.

    Raises:
        ValueError: If there is no window, or none with a rare class.
    """
    usable = _usable(config, recordings)
    balance, window = config.balance, config.window
    if balance.name.startswith("histogram"):
        keep, _ = histogram_downsampling(
            recordings.valence,
            recordings.arousal,
            mode=balance.name.removeprefix("histogram_"),
            seed=config.seed,
        )
        report(f"balance: {keep.sum()} of {len(keep)} frames kept")
        usable = keep if usable is None else usable & keep
    base = _cut(config, recordings, label, usable, window.stride, window.tail)
    if balance.name != "oversample":
        return base
    if config.data.target == "expression":
        recordings = dataclasses.replace(recordings, emotions=None)
    more = _cut(config, recordings, label, usable, balance.stride, "drop")
    return _add_rare_windows(config, recordings, base, more, report)


def cut_covering_windows(config, recordings: Recordings, label: str) -> Windows:
    """Cuts windows that reach all usable frames; see `cut_training_windows`."""
    tail = "drop" if config.window.frames == 1 else "repeat"
    whole = config.window.label_of == "frames"
    stride = 0 if whole else config.window.stride
    usable = _usable(config, recordings)
    return _cut(config, recordings, label, usable, stride, tail)


def _cut(config, recordings, label, usable, stride, tail):
    frames = config.window.frames
    if config.window.rule == "one_step_ahead":
        mask = ~np.isnan(recordings.valence) & ~np.isnan(recordings.arousal)
        if usable is not None:
            mask &= usable
        return one_step_ahead(recordings, mask, frames)
    return sliding(
        recordings,
        frames,
        stride or frames,
        tail=tail,
        labelled=_labelled(recordings, label),
        usable=usable,
    )


def _usable(config, recordings):
    if not config.window.sample_hz:
        return None
    return mark_sampled_rows(
        recordings,
        # Of the source, whose frames the rule counts.
        find_stored_rates(recordings) * find_usual_jumps(recordings),
        target=config.window.sample_hz,
        slow="keep",
    )


def _labelled(recordings, name):
    values = getattr(recordings, name)
    if name == "expression":
        return values >= 0
    known = np.isfinite(values)
    return known if known.ndim == 1 else known.any(axis=1)


def _add_rare_windows(config, recordings, base, windows, report):
    space, balance = recordings.space, config.balance
    frequent = [space.index(name) for name in balance.frequent]
    rare = [space.index(name) for name in balance.rare] or [
        c for c in range(len(space)) if c not in frequent
    ]
    copies = count_rare_window_copies(
        recordings,
        windows,
        rare,
        frequent,
        tolerated_share=balance.tolerated_share,
        copies=balance.copies,
        base=base,
        seed=config.seed,
    )
    table = tabulate_oversampling(recordings, windows, copies, base=base)
    changes = (f"{c} {a:.0f} -> {b:.0f}" for c, (a, b) in table.items())
    report(f"balance, frames of each class: {', '.join(changes)}")
    added = windows.take(np.repeat(np.arange(len(windows)), copies))
    return Windows(
        np.concatenate([base.rows, added.rows]),
        np.concatenate([base.recording, added.recording]),
    )
