import dataclasses
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.faces.detect import FaceDetector
from emoaff.faces.detectors import build_detector
from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_gallery import FaceGallery
from emoaff.faces.frame import Frame
from emoaff.faces.people import People
from emoaff.faces.people import describe_faces
from emoaff.faces.tracking import Tracking

IDENTITIES = ("none", "appearance", "faces")


@dataclasses.dataclass(frozen=True)
class Face:
    """One person's face in one frame.

    Args:
        person: Number of the person, 1 and up, the same throughout a video.
        box: `(x, y, w, h)` floats in pixels of the frame; may reach outside
            of it where the face does, but its centre is inside.
        score: The detector's score, in `[0, 1]`, when it last saw this face.
        detected: Whether it saw it in this very frame; otherwise the box was
            followed from one detection to the next.
        turn: How far the head was turned aside at the latest detection, see
            `Detection.turn`; NaN where that is not known.
        tilt: Degrees by which the head was tilted then, see
            `Detection.tilt`; NaN where that is not known.
        doubt: What makes an answer doubtful, see `emoaff.prediction.row.Row`.

    Example:
    >>> face = Face(person=1, box=(174, 54, 95, 120), score=0.99, detected=True)
    >>> face.person, face.turn
    (1, nan)
    """

    person: int
    box: tuple[float, float, float, float]
    score: float
    detected: bool
    turn: float = float("nan")
    tilt: float = float("nan")
    doubt: str = ""

    @classmethod
    def of(cls, person: int, box, detected: bool, detection) -> "Face":
        """Makes a face with the score and pose of a `Detection`."""
        return cls(
            person,
            box,
            detection.score,
            detected,
            detection.turn,
            detection.tilt,
        )


class FaceTracker:
    """Follows the faces of a video and tells whose they are.

    The detector looks every `detect_every_s` seconds of video, when a face is
    lost and at cuts. Where all faces are known and sure, every second look is
    at their places alone, and two of three are where nothing else moves; at
    any doubt the whole picture is searched at once. Between looks, boxes
    follow the optical flow and are drawn to what the detector says next. A
    frame only has a face if the detector saw that face then or both before
    and after it: where a face comes or goes between two looks, the moment is
    looked for in the frames between, and no frame beyond the last one
    confirmed gets a face. That takes a look ahead of up to two searches, for
    which frames are held back (about 50 at most, fewer of large pictures).

    A face is reported once the detector has seen it with `start_score` and
    again at least 0.1 s away, or all through a shot that is shorter. A
    person who is gone keeps their number; a face that appears gets it back
    only when it looks clearly like that person (see `same_person`), else a
    new one, so one person may have two numbers but two people hardly one.

    With `live` nothing is held back: each frame is given at once with what
    is known by then. A face appears 0.1 s late, and may be followed for up
    to `detect_every_s` after it is gone.

    Args:
        detector: Has `detect(image)` and `confirm(image, boxes)` like
            `FaceDetector`. Defaults to `FaceDetector()`.
        detect_every_s: Seconds of video between looks, over 0. Never more
            than 12 frames.
        start_score: Score in `[0, 1]` with which a face has to begin; the
            detector's own `min_score` keeps it.
        live: Whether to give each frame at once.
        embed: `(image, boxes) -> (n, d)` describes faces by vectors of
            length 1. Called for all faces of a frame at every detection.
            Defaults to `describe_faces`.
        same_person: Product of two such vectors from which on a face that
            appears is taken for a person who is gone.
        near_person: The same, for a face that comes back within two seconds
            at the same place in the same shot, rising to `same_person` at
            four widths of the face away; and for two successive detections
            to be one face.
        identity: How people are known again after a gap: `"none"`, each time
            as someone new; `"appearance"`, by `embed`; `"faces"`, by their
            faces as well, with a `FaceEmbedder`, and persons whose faces turn
            out to be the same are linked at the end, see `links`.
        gallery: Names people at the end, see `names`; with `"faces"` only.

    Attributes:
        links: After the last frame of `track`: each person who is an earlier
            one, with the number of that one.
        names: After the last frame: person to name, by `gallery`.
        faces: The `People` of the latest video, where faces are known, else
            None; `list_people()` and `get_mean(person)` give their embeddings.

    Example:
    >>> with Video("astronaut.mp4") as video:
    ...     frame, faces = next(FaceTracker().track(video))
    >>> frame.index, [face.person for face in faces]
    (0, [1])
    """

    def __init__(
        self,
        detector: FaceDetector | str | None = None,
        detect_every_s: float = 1 / 3,
        start_score: float = 0.9,
        live: bool = False,
        embed: Callable[[np.ndarray, list], np.ndarray] = describe_faces,
        same_person: float = 0.82,
        near_person: float = 0.6,
        identity: str = "appearance",
        gallery: FaceGallery | None = None,
    ):
        if not detect_every_s > 0:
            raise ValueError(
                "detect_every_s must be over 0. "
                f"Received: detect_every_s={detect_every_s}."
            )
        if identity not in IDENTITIES:
            raise ValueError(
                f"identity must be one of {', '.join(IDENTITIES)}. "
                f"Received: identity={identity!r}."
            )
        self.identity = identity
        self.embedder = FaceEmbedder() if identity == "faces" else None
        self.gallery = gallery
        self.links: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.faces: People | None = None
        self.detector = build_detector(detector)
        self.detect_every_s = detect_every_s
        self.start_score = start_score
        self.live = live
        self.embed = embed
        self.same_person, self.near_person = same_person, near_person

    def track(
        self, frames: Iterable[Frame]
    ) -> Iterator[tuple[Frame, list[Face]]]:
        """Follows the faces of one video, from its first frame on.

        Args:
            frames: In order, with rising times; read one by one.

        Yields:
            Each frame once, in order, with its faces by person number.
        """
        tracking = Tracking(self)
        self.links, self.names = {}, {}
        for frame in frames:
            yield from _given(tracking.push(frame))
        yield from _given(tracking.finish())
        if not self.live:
            self.links, self.names = tracking.link(self.gallery)

    def make_people(self) -> People:
        """Makes what remembers the people of one video."""
        if self.identity == "none":
            return People(9.0, 9.0)  # out of reach of any likeness
        people = People(self.same_person, self.near_person, self.embedder)
        self.faces = people if self.embedder else None
        return people


def _given(slots):
    for slot in slots:
        yield slot.frame, [Face.of(*face) for face in slot.certain()]
