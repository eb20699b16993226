"""Feeds faces to a network in one of its forms, whatever runs it.

Nothing but NumPy is imported here: a process without emoaff runs this file.
"""

import statistics
import time

import numpy as np


def run_all(run, about, faces, batch=16):
    """Runs a network over faces.

    Args:
        run: A dict of arrays by input name to a dict by output name.
        about: The metadata of the network.
        faces: uint8 `(n, height, width, 3)`, or `(n, frames, height, width,
            3)` for the forms of clips.
        batch: How many at once, if the network lets each call choose.

    Returns:
        Dict of float32 arrays `(n, ...)`, or `(n, frames, ...)` for the forms
        `"sequence"` and `"streaming"`.
    """
    fixed = about["inputs"]["face"]["shape"][0]
    batch = fixed if isinstance(fixed, int) else batch
    call = _stream if about["form"] == "streaming" else _call
    parts = []
    for start in range(0, len(faces), batch):
        some = faces[start : start + batch]
        count = len(some)
        if isinstance(fixed, int) and count < fixed:
            # What is too few is filled up, and cut off again below.
            some = np.concatenate([some, some[-1:].repeat(fixed - count, 0)])
        answers = call(run, about, some)
        parts.append({name: x[:count] for name, x in answers.items()})
    return {
        name: np.concatenate([part[name] for part in parts])
        for name in parts[0]
    }


def make_zero_states(about, batch):
    """The states that a streaming network begins with."""
    return {
        name: np.zeros((batch, *state["shape"][1:]), state["dtype"])
        for name, state in about["states"].items()
    }


def step(run, about, faces, states):
    """One frame of the streaming form: the answers and the states after."""
    answers = dict(run({"face": faces, **states}))
    after = {
        name: answers.pop(state["next"])
        for name, state in about["states"].items()
    }
    return answers, after


def measure_milliseconds(run, about, faces, repeats=20):
    """Median milliseconds per face of a single call."""
    shape = about["inputs"]["face"]["shape"]
    batch = shape[0] if isinstance(shape[0], int) else 1
    some = np.resize(faces, (batch, *faces.shape[1:]))
    if about["form"] == "streaming":
        some = some[:, 0]
    inputs = {"face": some, **make_zero_states(about, batch)}
    run(inputs)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run(inputs)
        times.append(time.perf_counter() - began)
    count = some.size // np.prod(some.shape[-3:])
    return 1000 * statistics.median(times) / int(count)


def _call(run, about, faces):
    return run({"face": faces})


def _stream(run, about, faces):
    states = make_zero_states(about, len(faces))
    rows = []
    for frame in range(faces.shape[1]):
        answers, states = step(run, about, faces[:, frame], states)
        rows.append(answers)
    return {
        name: np.stack([row[name] for row in rows], axis=1) for name in rows[0]
    }
