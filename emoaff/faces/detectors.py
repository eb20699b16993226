"""Face detectors by name.

A new one is a file of its own and a line in `DETECTORS`.
"""

from emoaff.faces.detect import FaceDetector

# Each has `detect(image)` and `confirm(image, boxes)` as `FaceDetector` has.
DETECTORS = {"mtcnn": FaceDetector}


def build_detector(detector=None, **settings):
    """Builds a face detector by name, or passes on one that is built.

    Args:
        detector: One of `DETECTORS`, `None` for `"mtcnn"`, or a detector,
            which is given back as it is.
        **settings: Arguments of the detector's class; for names only.

    Returns:
        The detector.

    Raises:
        ValueError: For another name; the message lists the known.

    Example:
    >>> build_detector("mtcnn", min_face=40).min_face
    40
    """
    name = "mtcnn" if detector is None else detector
    if not isinstance(name, str):
        return detector
    if name not in DETECTORS:
        raise ValueError(
            f"`detector` must be one of {', '.join(DETECTORS)}, or a detector. "
            f"Received: detector={name!r}."
        )
    return DETECTORS[name](**settings)
