"""What a sound file sounds like: its energy in bands, over time.

A plain front end for sound that comes without features. Features of openSMILE
or of a speech network are usually better.
"""

import os

import av
import numpy as np

SOUND_SUFFIXES = (".wav",)
_RATE_HZ = 16_000
_LENGTH, _HOP = 400, 160  # 25 ms every 10 ms
_BANDS = 40
_AT_ONCE = 6000  # windows, a minute
_LOW_HZ, _HIGH_HZ = 60.0, 7600.0
_FLOOR = 1e-10  # of the mean square; full scale is 1


def compute_sound_bands(
    path: str | os.PathLike,
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Computes the energy of a sound in 40 bands, 100 times a second.

    Channels are averaged and brought to 16 kHz. Windows of 25 ms (Hann) lie
    about their time; bands are triangles, equally wide in mel, from 60 to
    7,600 Hz. Energies are natural logarithms.

    Args:
        path: A sound file, or any file with sound.

    Returns:
        The names of the bands, float64 `(n,)` seconds, and float32
        `(n, 40)`.

    Raises:
        ValueError: If the file has no sound that can be read.

    Example:
    >>> from scipy.io import wavfile
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    >>> wavfile.write("tone.wav", 16000, (8000 * tone).astype(np.int16))
    >>> names, times, energies = compute_sound_bands("tone.wav")
    >>> names[int(energies.mean(axis=0).argmax())], energies.shape
    ('band_443_hz', (100, 40))
    """
    sound = _read(path)
    count = -(-len(sound) // _HOP)
    padded = np.pad(sound, (_LENGTH // 2, _LENGTH + _HOP))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _LENGTH)
    windows = windows[::_HOP][:count]
    centres, weights = _make_bands(512)
    parts = []
    for start in range(0, count, _AT_ONCE):
        some = windows[start : start + _AT_ONCE] * np.hanning(_LENGTH)
        power = np.abs(np.fft.rfft(some, 512)) ** 2 / _LENGTH**2
        parts.append(np.float32(np.log(power @ weights.T + _FLOOR)))
    names = tuple(f"band_{centre:.0f}_hz" for centre in centres)
    return names, np.arange(count) * _HOP / _RATE_HZ, np.concatenate(parts)


def _read(path):
    parts = []
    resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE_HZ)
    try:
        with av.open(os.fspath(path)) as container:
            for frame in container.decode(audio=0):
                parts += [f.to_ndarray()[0] for f in resampler.resample(frame)]
            parts += [f.to_ndarray()[0] for f in resampler.resample(None)]
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ValueError(
            f"Expected sound in {path}. It cannot be read ({reason})."
        ) from error
    if not parts:
        raise ValueError(f"Expected sound in {path}. It has no sample.")
    return np.concatenate(parts).astype(np.float64)


def _make_bands(points):
    """Centres in Hz and weights `(bands, points // 2 + 1)` of triangles."""
    mel = np.linspace(_to_mel(_LOW_HZ), _to_mel(_HIGH_HZ), _BANDS + 2)
    edges = 700.0 * (np.exp(mel / 1127.0) - 1.0)
    hz = np.arange(points // 2 + 1) * _RATE_HZ / points
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (hz - low) / (centre - low), (high - hz) / (high - centre)
    return edges[1:-1], np.maximum(0.0, np.minimum(rising, falling))


def _to_mel(hz):
    return 1127.0 * np.log1p(hz / 700.0)
