"""Options of `predict`, apart from the model."""

import dataclasses
import math
from collections.abc import Mapping

from emoaff.faces.litert_network import ENGINES
from emoaff.faces.litert_network import has_litert

FACES = ("all", "largest", "best", "lowest")
DETECTION = ("track", "sampled", "every")
TEMPORAL = ("auto", "static", "window", "streaming")
THINNING = ("person", "script")
WINDOWS = ("script", "notebook")
LEADS = ("empty", "absent", "first")
LABELS = ("mode", "sum")
AFFECT = ("model", "derived")
IDENTITIES = ("none", "appearance", "faces")
RULES = {
    "emo-affectnet": {
        "faces": "lowest",
        "detection": "sampled",
        "min_score": 0.7,
        "crop_shape": "stretch",
        "interpolation": "area",
        "temporal": "window",
        "thinning": "script",
        "rate_hz": 5.0,
        "stride": 5,
        "windows": "script",
        "gap_s": math.inf,
        "lead": "absent",
        "label": "mode",
        "doubt": False,
    }
}


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of `predict`, apart from the model.

    The defaults follow every person through the video. `of_rules` gives those
    of another system. The last ones are its switches, each of use by itself.

    Args:
        faces: Which faces of each frame: `"all"`, the `"largest"`, the
            `"best"` by the detector's score, or the `"lowest"` by it.
        every: Look at every so many frames only, from the first; at least 1.
        live: Whether each row may use nothing of its future, as with a
            webcam: no look-ahead in tracking, causal smoothing, no windows
            that end later.
        temporal: How a model with a memory is run. `"streaming"`: fed frame
            by frame, the state carried on; a model that answers once a window
            sees the latest samples at each one. `"window"`: by windows, their
            answers averaged where they overlap. `"static"`: for models of
            pictures alone. `"auto"`: `"window"`, as models are trained and
            as `emoaff evaluate` scores them; `"streaming"` with `live`, and
            for models that answer for the frame after their window.
        gap_s: Seconds without a person after which the memory of that person
            begins anew; over 0, may be infinite.
        rate_hz: Samples a second for models with a memory; `None` for the
            preset's, infinite for every frame.
        stride: Samples from one window's start to the next's; `None` for the
            preset's, or half a window.
        detection: `"track"`: a tracker follows every person, and the detector
            runs now and then. `"sampled"`: the detector runs on each sampled
            frame, and the face that `faces` picks is the one person; between,
            the box stands still. `"every"`: the same, but it runs on every
            frame.
        min_score: A face counts if the detector's score is over it.
        min_face: Side of the smallest face looked for, in pixels of the video
            or picture, at least 12; `None` for 3.8 % of the longer side of a
            video and 0.94 % of that of a picture, but no less than 24. See
            `FaceDetector.for_faces_from`.
        crops: Whether pictures are face crops already, with the margin that
            the preset wants, so that no face is looked for in them; of 48 by
            48 pixels or more. Videos are looked at as ever.
        crop_shape: `"square"` or `"stretch"`, see `emoaff.faces.crop_face`;
            `None` for the preset's.
        interpolation: Resize filter of crops; `None` for the preset's.
        thinning: Which frames are samples where the preset wants a rate.
            `"person"`: counted from each person's first frame, by the clock
            where the frames come irregularly. `"script"`: every so many
            frames of the video from its first, by the rule of
            `emoaff.data.thinning.frame_step`; no other frame takes the place
            of one without a face.
        windows: Which windows a few samples make, see
            `emoaff.data.window_votes.sample_windows`.
        lead: Frames before a person's first sample: `"first"` gets the first
            window's answer, `"empty"` none, `"absent"` as well, and the
            `emo-affectnet` format leaves their rows out.
        label: How a whole video is named, see
            `emoaff.data.window_votes.vote_video_label`.
        doubt: Whether to withhold doubtful expressions, see `DoubtRule` in
            `emoaff.prediction.doubt_rule`.
        baseline: Seconds from each person's first frame on that show the
            resting face, or a file of one person that does, which is then
            subtracted; see `emoaff.prediction.resting_face.Baseline`. `None`
            for neither.
        affect: `"model"`, or `"derived"`: valence and arousal from the
            expressions where the model gives none; see
            `emoaff.prediction.derived_affect`.
        prior: The class shares to expect, `"as-trained"`, `"uniform"`,
            `"natural"` or shares as `"neutral=.6,happiness=.2"`; `None` for
            the preset's. See `emoaff.presets.Preset.with_prior`.
        engine: What the detector runs on, and the preset where it is given
            by its name: `"litert"`, `"keras"`, or `"auto"`; see
            `emoaff.load_preset`.
        identity: How a person who was gone is known again: `"faces"`, by the
            face, and across cuts when the video is at its end;
            `"appearance"`, by colours and pattern; `"none"`, not at all, so
            that each reappearance is a new person. `"auto"`: `"faces"`, but
            `"appearance"` with `live` or without the package ai-edge-litert.
        people: Folder with pictures of people, by whom they are named; see
            `emoaff.faces.face_gallery.FaceGallery`. Needs `"faces"`.

    Raises:
        ValueError: If a value is out of range, or two do not go together.
    """

    faces: str = "all"
    every: int = 1
    live: bool = False
    temporal: str = "auto"
    gap_s: float = 1.0
    rate_hz: float | None = None
    stride: int | None = None
    detection: str = "track"
    min_score: float = 0.0
    min_face: float | None = None
    crops: bool = False
    crop_shape: str | None = None
    interpolation: str | None = None
    thinning: str = "person"
    windows: str = "script"
    lead: str = "empty"
    label: str = "mode"
    doubt: bool = True
    baseline: float | str | None = None
    affect: str = "model"
    prior: str | Mapping[str, float] | None = None
    engine: str = "auto"
    identity: str = "auto"
    people: str | None = None

    def __post_init__(self):
        for name, choices in (
            ("faces", FACES),
            ("temporal", TEMPORAL),
            ("detection", DETECTION),
            ("crop_shape", (None, "square", "stretch")),
            (
                "interpolation",
                (None, "area", "bilinear", "bicubic", "nearest"),
            ),
            ("thinning", THINNING),
            ("windows", WINDOWS),
            ("lead", LEADS),
            ("label", LABELS),
            ("affect", AFFECT),
            ("engine", ENGINES),
            ("identity", ("auto", *IDENTITIES)),
        ):
            value = getattr(self, name)
            if value not in choices:
                known = ", ".join(str(choice) for choice in choices)
                raise ValueError(
                    f"Expected {name} to be one of {known}. "
                    f"Received: {name}={value!r}."
                )
        for name in ("every", "stride"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(
                    f"Expected {name} to be 1 or more. "
                    f"Received: {name}={value}."
                )
        self._check_pairs()

    @classmethod
    def of_rules(cls, rules: str | None = None, **given) -> "Options":
        """Makes the options of another system, except for those given.

        Args:
            rules: A name of `RULES`, or `None` for the defaults.
            **given: Options that are not the system's.

        Raises:
            ValueError: If there are no such rules.
        """
        if rules is not None and rules not in RULES:
            raise ValueError(
                f"Expected rules to be one of {', '.join(RULES)}. "
                f"Received: rules={rules!r}."
            )
        if "valence" in given:  # its name when arousal was not derived
            given["affect"] = given.pop("valence")
        return cls(**{**RULES.get(rules, {}), **given})

    def list_detector_settings(self) -> dict:
        """Lists the arguments of `FaceDetector` that are not its defaults."""
        return {} if self.engine == "auto" else {"engine": self.engine}

    def _check_pairs(self):
        if not self.gap_s > 0 or not 0 <= self.min_score < 1:
            raise ValueError(
                "Expected gap_s over 0 and min_score in [0, 1). Received: "
                f"gap_s={self.gap_s}, min_score={self.min_score}."
            )
        if self.min_face is not None and not self.min_face >= 12:
            raise ValueError(
                "Expected min_face to be 12 pixels or more, which is what the "
                f"detector can see. Received: min_face={self.min_face}."
            )
        if isinstance(self.baseline, int | float) and not self.baseline > 0:
            raise ValueError(
                "Expected baseline to be a file, or seconds over 0. "
                f"Received: baseline={self.baseline}."
            )
        if self.rate_hz is not None and not self.rate_hz > 0:
            raise ValueError(
                "Expected rate_hz to be over 0. "
                f"Received: rate_hz={self.rate_hz}."
            )
        if self.detection != "track" and self.faces == "all":
            raise ValueError(
                "Expected one face of each frame where nobody is tracked. "
                f"Received: detection={self.detection!r}, faces='all'. Choose "
                "faces largest, best or lowest, or detection track."
            )
        if self.people is not None and (
            self.identity not in ("auto", "faces")
            or self.live
            or self.detection != "track"
        ):
            raise ValueError(
                "Expected people to be named by their faces, with identity "
                "'faces', detection 'track' and not live. Received: "
                f"people={self.people!r}, identity={self.identity!r}, "
                f"detection={self.detection!r}, live={self.live}."
            )
        if self.live and self.temporal == "window":
            raise ValueError(
                "Expected temporal streaming or auto with live, since windows "
                "need the frames that follow. Received: temporal='window', "
                "live=True."
            )


def choose_identity(options: Options) -> str:
    """Chooses how people are known again, one of `IDENTITIES`.

    Raises:
        ImportError: If faces are asked for and ai-edge-litert is missing.
    """
    if options.identity != "auto":
        return options.identity
    if options.people is not None:
        return "faces"
    follows = options.detection == "track" and not options.live
    return "faces" if follows and has_litert() else "appearance"
