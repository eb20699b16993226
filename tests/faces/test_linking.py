import numpy as np

from emoaff.faces.linking import link_people

UP, RIGHT, BACK = np.eye(3)


def at(likeness, base=UP, other=RIGHT):
    """A vector with a given likeness to `base`."""
    return likeness * base + np.sqrt(1 - likeness**2) * other


def link(means, together=(), colours=0.0, **limits):
    pairs = {frozenset(pair) for pair in together}
    return link_people(means, pairs, lambda *_: colours, **limits)


def test_the_same_face_is_one_person_and_another_is_not():
    assert link({1: UP, 2: at(0.8), 3: BACK}) == {2: 1}
    assert link({1: UP, 2: at(0.7)}) == {}


def test_a_face_that_is_less_alike_needs_the_same_colours():
    assert link({1: UP, 2: at(0.62)}, colours=0.59) == {}
    assert link({1: UP, 2: at(0.62)}, colours=0.61) == {2: 1}
    assert link({1: UP, 2: at(0.55)}, colours=1.0) == {}


def test_two_in_one_frame_are_two_however_alike():
    assert link({1: UP, 2: at(0.99)}, [(1, 2)]) == {}
    # Nor by way of a third.
    twins = {1: UP, 2: at(0.9), 3: at(0.95)}
    assert link(twins, [(1, 2)], lead=0.0) in ({3: 1}, {3: 2})


def test_a_face_is_nobody_s_that_is_almost_as_like_someone_beside():
    # 3 is like 1 by .80 and like 2, who sat beside 1, by .75.
    means = {1: UP, 2: RIGHT, 3: np.array([0.8, 0.6, 0.0])}
    assert link(means, [(1, 2)]) == {3: 1}
    closer = np.array([0.8, 0.75, 0.0])
    means[3] = closer / np.linalg.norm(closer)  # .73 and .68
    assert link(means, [(1, 2)], same=0.7, lead=0.04) == {3: 1}
    assert link(means, [(1, 2)], same=0.7, lead=0.06) == {}


def test_many_pieces_become_one_under_the_first_number():
    means = {number: at(0.9, UP, -UP + RIGHT) for number in (4, 2, 9)}
    means = {n: v / np.linalg.norm(v) for n, v in means.items()}
    assert link(means) == {4: 2, 9: 2}


def test_nobody_and_one_person_need_no_link():
    assert link({}) == {}
    assert link({5: UP}) == {}
