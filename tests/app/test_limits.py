import pytest

from emoaff.app import Limits


def test_bytes_and_frames_follow_from_what_people_say():
    assert Limits(file_mb=1.5).file_bytes == 1_500_000
    assert Limits(length_s=10).frames == 600


@pytest.mark.parametrize("name", ["file_mb", "length_s", "keep_s", "waiting"])
def test_a_limit_is_over_zero(name):
    with pytest.raises(ValueError, match=f"{name} over 0"):
        Limits(**{name: 0})
