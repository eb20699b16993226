from emoaff.faces.appearance import describe
from emoaff.faces.crop import crop_face
from emoaff.faces.detect import Detection
from emoaff.faces.detect import FaceDetector
from emoaff.faces.detectors import build_detector
from emoaff.faces.frame import Frame
from emoaff.faces.media import PICTURE_SUFFIXES
from emoaff.faces.media import VIDEO_SUFFIXES
from emoaff.faces.media import media_files
from emoaff.faces.media import media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.faces.video import Video
from emoaff.faces.writer import VideoWriter

__all__ = [
    "PICTURE_SUFFIXES",
    "VIDEO_SUFFIXES",
    "Detection",
    "Face",
    "FaceDetector",
    "FaceTracker",
    "Frame",
    "Video",
    "VideoWriter",
    "build_detector",
    "crop_face",
    "describe",
    "media_files",
    "media_kind",
    "read_picture",
]
