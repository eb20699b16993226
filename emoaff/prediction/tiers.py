"""What happens in a video as tiers, which tools of annotation are made of."""

import dataclasses

from emoaff.prediction.result import Result


@dataclasses.dataclass(frozen=True)
class Tier:
    """Intervals of one kind, none over another.

    Args:
        name: Such as `person 1`.
        intervals: Start and end in whole milliseconds, and a text; in order.
        is_doubt: Whether the texts are reasons for doubt.

    Example:
    >>> Tier("person 1", [(0, 480, "happiness")]).is_doubt
    False
    """

    name: str
    intervals: list[tuple[int, int, str]]
    is_doubt: bool = False


def collect_tiers(result: Result, start_s: float = 0.0) -> list[Tier]:
    """Returns two tiers for each person: expressions, and why there are none.

    Args:
        result: Of a video.
        start_s: Seconds that are added to all times, such as
            `Result.player_start_s` for tools that play the video.

    Returns:
        `person 1` with what the person shows, `neutral` too, and `person 1
        doubt` with the reasons for doubt; the latter only where there are
        any. Intervals shorter than a millisecond are left out. A name that
        another tier has already gets the person's number too.
    """
    tiers, taken = [], set()
    for person in result.persons:
        name = result.name_person(person.person)
        # Files of tools know a tier by its name alone.
        if not taken.isdisjoint({name, f"{name} doubt"}):
            name = f"{name} ({person.person})"
        taken |= {name, f"{name} doubt"}
        spans = person.find_spans()
        shown = [(s.start_s, s.end_s, s.expression) for s in spans]
        tiers.append(Tier(name, _round_intervals(shown, start_s)))
        doubts = _round_intervals(person.find_doubts(), start_s)
        if doubts:
            tiers.append(Tier(f"{name} doubt", doubts, is_doubt=True))
    return tiers


def _round_intervals(spans, zero_s=0.0):
    found = []
    for start_s, end_s, text in spans:
        start = round(1000 * (zero_s + start_s))
        end = round(1000 * (zero_s + end_s))
        # Rounded ends may lie over the next start by a millisecond.
        if found and start < found[-1][1]:
            start = found[-1][1]
        if start < end:
            found.append((start, end, text))
    return found
