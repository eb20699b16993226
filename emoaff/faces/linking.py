"""Finding out, at the end of a video, which persons are one."""

import itertools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Set

import numpy as np

from emoaff.faces.face_embedder import normalise


def link_people(
    means: Mapping[int, np.ndarray],
    together: Set[frozenset],
    looks_alike: Callable[[int, int], float],
    same: float = 0.74,
    similar: float = 0.58,
    dressed: float = 0.6,
    lead: float = 0.1,
) -> dict[int, int]:
    """Joins the numbers of people who have the same face.

    Two are one if they were never in the same frame and their faces are alike
    enough, and more so than the faces of two who were in one frame.

    Args:
        means: Person to the mean embedding of the faces, of length 1.
        together: Pairs of persons who were seen in the same frame.
        looks_alike: How alike two persons are in colours, in `[-1, 1]`.
        same: Likeness of faces from which on two are one.
        similar: The same for two who also look alike.
        dressed: What `looks_alike` has to be for that.
        lead: By which the likeness has to beat that of either of them to
            anyone who was beside the other.

    Returns:
        Each person who is an earlier one, with the number of that one.
    """
    groups = {person: {person} for person in means}
    vectors = dict(means)

    def apart(a, b):
        return any(
            frozenset(pair) in together
            for pair in itertools.product(groups[a], groups[b])
        )

    def may_join(a, b):
        likeness = float(vectors[a] @ vectors[b])
        limit = same
        pairs = itertools.product(groups[a], groups[b])
        if max(looks_alike(*pair) for pair in pairs) >= dressed:
            limit = similar
        others = [
            float(vectors[one] @ vectors[c])
            for one, other in ((a, b), (b, a))
            for c in groups
            if c not in (a, b) and apart(other, c)
        ]
        limit = max([limit, *(each + lead for each in others)])
        return likeness - limit if likeness >= limit else None

    while True:
        joined = [
            (gain, a, b)
            for a, b in itertools.combinations(sorted(groups), 2)
            if not apart(a, b) and (gain := may_join(a, b)) is not None
        ]
        if not joined:
            break
        _, a, b = max(joined)
        sizes = len(groups[a]), len(groups[b])
        vectors[a] = normalise(sizes[0] * vectors[a] + sizes[1] * vectors[b])
        groups[a] |= groups.pop(b)
    return {
        person: first
        for first, group in groups.items()
        for person in group - {first}
    }


def name_people(
    means: Mapping[int, np.ndarray],
    together: Set[frozenset],
    links: Mapping[int, int],
    gallery,
) -> tuple[dict[int, int], dict[int, str]]:
    """Names people, and links those who have one name.

    Args:
        means: Person to the mean embedding of the faces.
        together: Pairs of persons who were seen in the same frame.
        links: What `link_people` gave.
        gallery: Has `find_names`, see `FaceGallery`.

    Returns:
        The links with those by name, and the names of the people who are left.
    """
    sums: dict[int, np.ndarray] = {}
    for person, mean in means.items():
        first = links.get(person, person)
        sums[first] = sums.get(first, 0) + mean
    apart = {
        frozenset(links.get(each, each) for each in pair) for pair in together
    }
    named = gallery.find_names(
        {person: normalise(total) for person, total in sums.items()}, apart
    )
    first_of: dict[str, int] = {}
    joined = {
        person: first
        for person, name in sorted(named.items())
        if (first := first_of.setdefault(name, person)) != person
    }
    links = {p: joined.get(first, first) for p, first in links.items()} | joined
    return links, {p: name for p, name in named.items() if p not in joined}
