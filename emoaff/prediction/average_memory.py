import numpy as np

from emoaff.data.window_votes import average_overlaps
from emoaff.prediction.memory_cell import Cell


class AverageMemory:
    """Windows of one person, for a head that answers every frame.

    As `emoaff evaluate` does it: windows begin at every `stride`-th sample,
    the last one is filled up with copies of the last sample, answers are
    averaged where windows overlap, and a frame that is no sample has the
    answer of the sample before.

    Args:
        answer: `(n, window, features)` to output name to `(n, window, c)`.
        window: Samples in a window.
        stride: Samples from one window's start to the next's.
        heard: Called with each sample's answer, output name to `(c,)`.

    Raises:
        ValueError: If `stride` is greater than `window`.
    """

    def __init__(
        self, answer, window: int, stride: int, heard=lambda answer: None
    ):
        if not 1 <= stride <= window:
            raise ValueError(
                f"Expected stride in 1 to {window}, the model's window. "
                f"Received: stride={stride}."
            )
        self._answer, self._heard = answer, heard
        self._window, self._stride = window, stride
        self._features: list[np.ndarray] = []  # from the next window on
        self._first = 0  # number of the first of them
        # (first sample, its number of samples, answers) of recent windows
        self._said: list[tuple[int, int, dict]] = []
        self._done = 0  # samples that have their answer
        self._samples: list[list[Cell]] = []  # cells from that sample on

    def add(self, cell: Cell, features: np.ndarray | None) -> None:
        """Adds the person's next frame.

        Args:
            cell: To be filled, now or later.
            features: `(features,)` where the frame is a sample, else `None`.
        """
        if features is None:
            if self._samples:
                self._samples[-1].append(cell)
            else:
                cell.values = {}  # before the first sample
            return
        self._samples.append([cell])
        self._features.append(features)
        if len(self._features) == self._window:
            self._speak(self._window)
            # One sample is kept back for the frames that hold its answer.
            self._fill(min(self._first, self._count_reached() - 1))

    def finish(self) -> None:
        """Fills all cells: the person is gone, or the video at its end."""
        count = self._first + len(self._features)
        if self._count_reached() < count:
            self._speak(len(self._features))
        self._fill(count)

    def _count_reached(self):
        """Counts the samples that windows have reached so far."""
        return max((first + size for first, size, _ in self._said), default=0)

    def _speak(self, size):
        places = np.minimum(np.arange(self._window), size - 1)
        answers = self._answer(np.stack(self._features)[places][None])
        said = {name: values[0] for name, values in answers.items()}
        self._said.append((self._first, size, said))
        del self._features[: self._stride]
        self._first += self._stride

    def _fill(self, end):
        """Fills the cells of samples before number `end`."""
        count = end - self._done
        if count <= 0:
            return
        # Samples are numbered from the first that a window kept here holds.
        base = min(first for first, _, _ in self._said)
        latest = max(first + size for first, size, _ in self._said)
        # `(windows, window)`: the sample of each answer. A last window that
        # was filled up answers its last sample several times.
        rows = np.stack(
            [
                first - base + np.minimum(np.arange(self._window), size - 1)
                for first, size, _ in self._said
            ]
        )
        # Output name to `(samples from base on, c)`.
        means = {
            name: average_overlaps(
                rows,
                np.stack([said[name] for _, _, said in self._said]),
                latest - base,
            ).astype(np.float32)
            for name in self._said[0][2]
        }
        for number in range(self._done, end):
            answer = {k: mean[number - base] for k, mean in means.items()}
            self._heard(answer)
            for cell in self._samples[number - self._done]:
                cell.values = answer
        self._samples = self._samples[count:]
        self._done = end
        self._said = [s for s in self._said if s[0] + s[1] > end]
