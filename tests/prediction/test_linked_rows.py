import os

import numpy as np

from emoaff.prediction.linked_rows import link_rows
from emoaff.prediction.row import Row


def make(frame, person=None, score=0.9):
    return Row(frame, frame / 10, person, face_score=score)


def link(rows, links):
    return [(row.frame, row.person) for row in link_rows(rows, lambda: links)]


def test_people_are_numbered_anew_by_their_first_row():
    rows = [make(0, 2), make(1, 3), make(2), make(3, 5), make(3, 6)]
    assert link(rows, {5: 3}) == [(0, 1), (1, 2), (2, None), (3, 2), (3, 3)]


def test_rows_of_a_frame_stay_in_the_order_of_people():
    rows = [make(0, 1), make(0, 2), make(1, 3), make(1, 4)]
    # Person 4 was 1 all along, and 3 was 2.
    assert link(rows, {3: 2, 4: 1}) == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_a_person_with_two_faces_in_a_frame_keeps_the_better():
    rows = [make(0, 1), make(1, 1, 0.7), make(1, 2, 0.8)]
    kept = list(link_rows(rows, lambda: {2: 1}))
    assert [(row.person, row.face_score) for row in kept] == [
        *((1, 0.9), (1, 0.8))
    ]


def test_without_links_rows_are_what_they_were(tmp_path):
    rows = [
        Row(0, 0.0, 7, (1.0, 2.0, 3.0, 4.0), 0.9, np.float32([0.1, 0.9])),
        Row(1, 0.1),
    ]
    asked = []

    def get_links():
        asked.append(len(read))
        return {}

    read = []

    def give():
        for row in rows:
            read.append(row)
            yield row

    first, second = link_rows(give(), get_links, tmp_path)
    assert asked == [2]  # not before all rows were read
    assert first.person == 7 and first.box == rows[0].box
    np.testing.assert_array_equal(first.probabilities, rows[0].probabilities)
    assert second.person is None
    assert os.listdir(tmp_path) == []
