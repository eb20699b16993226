import numpy as np
import pytest
from scipy.io import wavfile

from emoaff.data.sound_bands import compute_sound_bands


def write_tone(path, hertz, rate, seconds=1.0, channels=1, loud=0.5):
    t = np.arange(round(rate * seconds)) / rate
    tone = np.int16(32767 * loud * np.sin(2 * np.pi * hertz * t))
    wavfile.write(path, rate, np.stack([tone] * channels, axis=1))


@pytest.mark.parametrize(
    ("hertz", "rate", "channels"),
    [(440, 16_000, 1), (1000, 44_100, 2), (3000, 48_000, 1)],
)
def test_a_tone_is_loudest_in_its_band(tmp_path, hertz, rate, channels):
    write_tone(tmp_path / "tone.wav", hertz, rate, channels=channels)
    names, times, energies = compute_sound_bands(tmp_path / "tone.wav")
    inner = energies[5:-5].mean(axis=0)
    centres = [float(name.split("_")[1]) for name in names]
    best = int(inner.argmax())
    assert centres[best - 1] < hertz < centres[best + 1]
    assert len(times) == pytest.approx(100, abs=1)
    np.testing.assert_allclose(np.diff(times), 0.01)


def test_half_as_loud_is_a_quarter_of_the_energy(tmp_path):
    write_tone(tmp_path / "a.wav", 1000, 16_000, loud=0.5)
    write_tone(tmp_path / "b.wav", 1000, 16_000, loud=0.25)
    loud, soft = (
        compute_sound_bands(tmp_path / name)[2][10:-10]
        for name in ("a.wav", "b.wav")
    )
    best = loud.mean(axis=0).argmax()
    difference = (loud - soft)[:, best]
    np.testing.assert_allclose(difference, np.log(4), atol=1e-2)


def test_a_click_is_at_its_time(tmp_path):
    sound = np.zeros(16_000, np.int16)
    sound[8000] = 30_000  # at half a second
    wavfile.write(tmp_path / "click.wav", 16_000, sound)
    _, times, energies = compute_sound_bands(tmp_path / "click.wav")
    assert times[energies.mean(axis=1).argmax()] == pytest.approx(0.5)
    # Silence is finite, and far below.
    assert energies[0].max() == pytest.approx(np.log(1e-10), abs=1e-3)


def test_what_is_no_sound_says_so(tmp_path):
    (tmp_path / "x.wav").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"Expected sound in .*x\.wav"):
        compute_sound_bands(tmp_path / "x.wav")
