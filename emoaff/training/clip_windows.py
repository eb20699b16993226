"""Which windows a recipe trains on and validates with."""

import dataclasses

import numpy as np

from emoaff.data.frame_rates import stored_rates
from emoaff.data.frame_rates import usual_jumps
from emoaff.data.histogram_downsampling import histogram_downsampling
from emoaff.data.recordings import Recordings
from emoaff.data.thinning import thinned_rows
from emoaff.data.window_oversampling import oversampling_table
from emoaff.data.window_oversampling import rare_window_copies
from emoaff.data.windows import Windows
from emoaff.data.windows import one_step_ahead
from emoaff.data.windows import sliding


def training_windows(
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
    if config.balance.startswith("histogram"):
        keep, _ = histogram_downsampling(
            recordings.valence,
            recordings.arousal,
            mode=config.balance.removeprefix("histogram_"),
            seed=config.seed,
        )
        report(f"balance: {keep.sum()} of {len(keep)} frames kept")
        usable = keep if usable is None else usable & keep
    base = _cut(config, recordings, label, usable, config.stride, config.tail)
    if config.balance != "oversample":
        return base
    if config.target == "expression":
        recordings = dataclasses.replace(recordings, emotions=None)
    stride = config.oversample_stride
    more = _cut(config, recordings, label, usable, stride, "drop")
    return _with_rare(config, recordings, base, more, report)


def covering_windows(config, recordings: Recordings, label: str) -> Windows:
    """Cuts windows that reach every usable frame; see `training_windows`."""
    tail = "drop" if config.frames == 1 else "repeat"
    stride = 0 if config.label_of == "frames" else config.stride
    usable = _usable(config, recordings)
    return _cut(config, recordings, label, usable, stride, tail)


def _cut(config, recordings, label, usable, stride, tail):
    if config.rule == "one_step_ahead":
        mask = ~np.isnan(recordings.valence) & ~np.isnan(recordings.arousal)
        if usable is not None:
            mask &= usable
        return one_step_ahead(recordings, mask, config.frames)
    return sliding(
        recordings,
        config.frames,
        stride or config.frames,
        tail=tail,
        labelled=_labelled(recordings, label),
        usable=usable,
    )


def _usable(config, recordings):
    if not config.sample_hz:
        return None
    return thinned_rows(
        recordings,
        # Of the source, whose frames the rule counts.
        stored_rates(recordings) * usual_jumps(recordings),
        target=config.sample_hz,
        slow="keep",
    )


def _labelled(recordings, name):
    values = getattr(recordings, name)
    if name == "expression":
        return values >= 0
    known = np.isfinite(values)
    return known if known.ndim == 1 else known.any(axis=1)


def _with_rare(config, recordings, base, windows, report):
    space = recordings.space
    frequent = [space.index(name) for name in config.frequent]
    rare = [space.index(name) for name in config.rare] or [
        c for c in range(len(space)) if c not in frequent
    ]
    copies = rare_window_copies(
        recordings,
        windows,
        rare,
        frequent,
        tolerated_share=config.tolerated_share,
        copies=config.copies,
        base=base,
        seed=config.seed,
    )
    table = oversampling_table(recordings, windows, copies, base=base)
    changes = (f"{c} {a:.0f} -> {b:.0f}" for c, (a, b) in table.items())
    report(f"balance, frames of each class: {', '.join(changes)}")
    added = windows.take(np.repeat(np.arange(len(windows)), copies))
    return Windows(
        np.concatenate([base.rows, added.rows]),
        np.concatenate([base.recording, added.recording]),
    )
