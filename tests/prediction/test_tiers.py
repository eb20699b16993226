import numpy as np

from emoaff.prediction.result import Result
from emoaff.prediction.tiers import Tier
from emoaff.prediction.tiers import _round_intervals
from emoaff.prediction.tiers import collect_tiers
from tests.prediction.results import row
from tests.prediction.results import write_result


def collect(tmp_path, rows, **header):
    return collect_tiers(Result.read(write_result(tmp_path, rows, **header)))


def test_each_person_has_a_tier_of_expressions_and_one_of_doubt(tmp_path):
    rows = []
    for n in range(6):
        rows.append(row(n, named=0 if n < 2 else 1))
        doubt = "small" if n == 3 else ""
        rows.append(row(n, person=2, named=2, doubt=doubt))
    first, second, third = collect(tmp_path, rows)
    assert first == Tier(
        "person 1", [(0, 200, "neutral"), (200, 600, "happiness")]
    )
    assert second == Tier("person 2", [(0, 300, "anger"), (400, 600, "anger")])
    assert third == Tier("person 2 doubt", [(300, 400, "small")], True)


def test_no_interval_reaches_over_a_time_without_a_face(tmp_path):
    rows = [row(n) for n in (0, 1, 2, 20, 21)]
    (tier,) = collect(tmp_path, rows)
    assert tier.intervals == [(0, 300, "happiness"), (2000, 2200, "happiness")]


def test_intervals_of_any_frame_rate_follow_each_other(tmp_path):
    rng = np.random.default_rng(0)
    named = rng.integers(0, 3, 300)
    rows = [row(n, named=int(k)) for n, k in enumerate(named)]
    # 29.97 frames a second, whose times are no whole milliseconds.
    rows = [each.changed(time_s=each.frame / 29.97) for each in rows]
    (tier,) = collect(tmp_path, rows)
    ends = [end for _, end, _ in tier.intervals]
    starts = [start for start, _, _ in tier.intervals]
    assert starts[1:] == ends[:-1]
    assert all(a < b for a, b in zip(starts, ends, strict=True))
    changes = 1 + np.count_nonzero(np.diff(named))
    assert len(tier.intervals) == changes


def test_rounding_leaves_no_overlap_and_no_interval_of_nothing():
    spans = [(0.0006, 0.1005001, "a"), (0.1004999, 0.2, "b"), (0.2, 0.2, "c")]
    assert _round_intervals(spans) == [(1, 101, "a"), (101, 200, "b")]


def test_no_two_tiers_have_one_name(tmp_path):
    rows = [row(n, person=p) for n in (0, 1) for p in (1, 2, 3, 4)]
    rows += [row(2, person=p, doubt="small") for p in (1, 2, 3, 4)]
    rows += [row(3, person=p, doubt="small") for p in (1, 2, 3, 4)]
    names = {1: "person 2", 3: "Ann", 4: "Ann doubt"}
    people = [{"person": p, "name": name} for p, name in names.items()]
    found = [tier.name for tier in collect(tmp_path, rows, people=people)]
    assert "person 2 (2) doubt" in found and "Ann doubt (4) doubt" in found
    assert len(found) == len(set(found)) == 8
