"""What is remembered of one person, by windows or as a stream."""

import dataclasses

import numpy as np

from emoaff.data.window_votes import average_overlaps
from emoaff.data.window_votes import sample_windows
from emoaff.data.window_votes import spread_windows_to_frames


@dataclasses.dataclass(eq=False, slots=True)
class Cell:
    """The place for what a model with a memory says of one face in one frame.

    Args:
        frame: 0-based number of the frame.
        values: Output name to `(c,)`; `None` until it is known, and empty
            where the model has nothing to say.
    """

    frame: int
    values: dict | None = None


class WindowMemory:
    """Windows of one person, for a head that answers once a window.

    Windows and how they speak for frames are EMO-AffectNet's: a window's
    answer goes to every frame from its first to its last sample, a frame in
    several windows gets their mean, and frames after the last sample get the
    last window's. Where windows leave frames out, the window before speaks;
    frames before the first sample have no answer.

    A cell is filled as soon as no later window can change it, so no more than
    a window of features is held.

    Args:
        answer: `(n, window, features)` to output name to `(n, c)`.
        window: Samples in a window.
        stride: Samples from one window's start to the next's.
        rule: See `emoaff.data.window_votes.sample_windows`.
        heard: Called with each window's answer, output name to `(c,)`.

    Raises:
        ValueError: If `stride` is greater than `window`.
    """

    def __init__(
        self,
        answer,
        window: int,
        stride: int,
        rule: str = "script",
        heard=lambda answer: None,
    ):
        if not 1 <= stride <= window:
            raise ValueError(
                f"Expected stride in 1 to {window}, the model's window. "
                f"Received: stride={stride}."
            )
        self._answer, self._heard = answer, heard
        self._window, self._stride, self._rule = window, stride, rule
        self._cells: list[Cell] = []
        # Samples from the start of the next window on.
        self._features: list[np.ndarray] = []
        self._frames: list[int] = []
        # (first frame, last frame, answer) of windows that still count.
        self._votes: list[tuple[int, int, dict]] = []
        self._count = self._windows = 0

    def add(self, cell: Cell, features: np.ndarray | None) -> None:
        """Adds the person's next frame.

        Args:
            cell: To be filled, now or later.
            features: `(features,)` where the frame is a sample, else `None`.
        """
        self._cells.append(cell)
        if features is None:
            return
        self._count += 1
        self._features.append(features)
        self._frames.append(cell.frame)
        if len(self._features) == self._window:
            self._speak(np.arange(self._window)[None])
            del self._features[: self._stride]
            del self._frames[: self._stride]
            # The next window begins there, so no window to come changes what
            # lies before.
            end = self._frames[0] if self._frames else cell.frame + 1
            self._fill(end)

    def finish(self) -> None:
        """Fills all cells: the person is gone, or the video at its end."""
        rule = self._rule if not self._windows else "script"
        rows = sample_windows(
            len(self._features), self._window, self._stride, rule
        )
        # The notebook makes one window of ten samples, the script two.
        whole = self._rule == "notebook" and self._count == self._window
        if len(rows) and not whole:
            self._speak(rows)
        if self._cells:
            self._fill(self._cells[-1].frame + 1)
        self._features, self._frames = [], []

    def _speak(self, rows):
        features = np.stack(self._features)[rows]
        answers = self._answer(features)
        for i, row in enumerate(rows):
            answer = {name: values[i] for name, values in answers.items()}
            first, last = self._frames[row[0]], self._frames[row[-1]]
            self._votes.append((first, last, answer))
            self._heard(answer)
        self._windows += len(rows)

    def _fill(self, end):
        """Fills the cells of frames before `end`."""
        ready = [cell for cell in self._cells if cell.frame < end]
        self._cells = self._cells[len(ready) :]
        if not ready:
            return
        if not self._votes:
            for cell in ready:
                cell.values = {}
            return
        # Arrays below begin at frame `base`, so that they are as long as what
        # is waiting, however long the video is.
        base = min(ready[0].frame, self._votes[0][0])
        latest = max(last for _, last, _ in self._votes)
        spans = np.array([vote[:2] for vote in self._votes]) - base
        for name in self._votes[0][2]:
            # `(frames from base on, c)`, NaN where no window reaches. Each
            # window is told as two samples, its first and its last frame.
            frames = spread_windows_to_frames(
                np.arange(spans.size).reshape(-1, 2),
                spans.ravel(),
                np.stack([vote[2][name] for vote in self._votes]),
                max(end, latest + 1) - base,
            )
            _hold(frames, spans[0, 0])
            for cell in ready:
                said = frames[cell.frame - base].astype(np.float32)
                values = {} if cell.values is None else cell.values
                if not np.isnan(said).any():
                    values[name] = said
                cell.values = values
        # The last one speaks on until the next.
        self._votes = [
            vote for vote in self._votes[:-1] if vote[1] >= end
        ] + self._votes[-1:]


def _hold(frames, first):
    """Lets frames between two windows repeat what was said before."""
    for i in range(first + 1, len(frames)):
        if np.isnan(frames[i]).any():
            frames[i] = frames[i - 1]


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
        """Adds the person's next frame; see `WindowMemory.add`."""
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
        """Fills all cells; see `WindowMemory.finish`."""
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


class StreamMemory:
    """One person's state, carried on from sample to sample.

    A frame that is no sample has the answer of the sample before. Cells are
    filled at once: nothing of the future is used.

    Args:
        step: `(features, states or None)` to answers by name, `(1, c)`, and
            states; see `SequenceModel.step`.
        ahead: Whether an answer is for the next sample. The first sample then
            has its own, for want of one before.
        heard: Called with each sample's answer, output name to `(c,)`.
    """

    def __init__(self, step, ahead: bool = False, heard=lambda answer: None):
        self._step, self._ahead, self._heard = step, ahead, heard
        self._states = self._next = None
        self._now: dict | None = None

    def add(self, cell: Cell, features: np.ndarray | None) -> None:
        """Adds the person's next frame; see `WindowMemory.add`."""
        if features is not None:
            answers, self._states = self._step(features, self._states)
            answer = {name: values[0] for name, values in answers.items()}
            waiting, self._next = self._next, answer
            self._now = answer
            if self._ahead and waiting is not None:
                self._now = waiting
            self._heard(self._now)
        cell.values = self._now or {}

    def finish(self) -> None:
        """Does nothing: every cell is filled."""
