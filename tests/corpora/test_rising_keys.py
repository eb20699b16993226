from emoaff.corpora.rising_keys import NumberedKeys
from emoaff.corpora.segments import Segments


def test_keys_rise_and_fill_the_buckets_of_tfds_in_turn():
    # TFDS puts a key into bucket key * 1000 / 2**128, and sorts one by one.
    class Large(bytes):
        def __len__(self):
            return 100 << 20

    frames = ({"image": Large(b"x")} for _ in range(64))
    segments = Segments()
    keys = [
        key
        for name in ("a", "b", "c")
        for key, _ in segments.cut(name, "", [next(frames), next(frames)])
    ]
    assert keys == sorted(set(keys))
    # 200 MiB an example, 256 a bucket: 200, 400 and 600 MiB are reached.
    assert [key * 1000 >> 128 for key in keys] == [0, 1, 2]


def test_keys_by_number_rise_over_recordings_that_know_nothing_of_each_other():
    def keys(number, frames):
        segments = Segments(NumberedKeys(number))
        found = segments.cut("a", "", [{"image": b"x"}] * frames)
        return [key for key, _ in found]

    together = keys(0, 200) + keys(1, 64) + keys(7, 65)
    assert together == sorted(set(together))
    assert len(together) == 4 + 1 + 2
