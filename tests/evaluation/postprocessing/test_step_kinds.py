import numpy as np
import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.postprocessing import step_kinds


@pytest.mark.parametrize(
    ("rate_hz", "windows", "shifts"),
    [
        # Windows of 0.04-20 s: 1 (which changes nothing), 3, ..., 499 frames.
        (25, range(3, 500, 2), range(1, 251)),
        (10.05, range(3, 202, 2), range(1, 101)),
        (100, range(5, 2000, 2), range(4, 1001)),  # 4 frames are 0.04 s
    ],
)
def test_the_default_grids_cover_the_range_of_the_paper(
    rate_hz, windows, shifts
):
    settings = CoursePostprocessor().settings
    empty = np.zeros(0)
    for kind, expected in (("median", windows), ("shift", shifts)):
        tried = step_kinds.list_candidates(
            kind, empty, empty, rate_hz, settings
        )
        assert [found["frames"] for found in tried] == list(expected)


def test_grids_in_seconds_become_odd_windows_and_whole_frames():
    settings = CoursePostprocessor(
        median_grid_s=(0.2, 0.04, 0.21, 1.0), shift_grid_s=(0.4, 0.1)
    ).settings
    empty = np.zeros(0)
    windows, shifts = (
        [
            parameters
            for parameters in step_kinds.list_candidates(
                kind, empty, empty, 25, settings
            )
        ]
        for kind in ("median", "shift")
    )
    assert [w["frames"] for w in windows] == [1, 5, 25]
    assert [s["frames"] for s in shifts] == [2, 10]  # 2.5 frames round to 2
    assert [s["seconds"] for s in shifts] == [0.08, 0.4]
