from emoaff.faces.crop import crop_face
from emoaff.faces.detect import Detection
from emoaff.faces.detect import FaceDetector
from emoaff.faces.detectors import build_detector
from emoaff.faces.frame import Frame
from emoaff.faces.joined_pictures import join_pictures
from emoaff.faces.media import MediaFiles
from emoaff.faces.media import find_media
from emoaff.faces.media import list_media
from emoaff.faces.people import describe_faces
from emoaff.faces.pictures import read_picture
from emoaff.faces.signatures import PICTURE_SUFFIXES
from emoaff.faces.signatures import VIDEO_SUFFIXES
from emoaff.faces.signatures import find_media_kind
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.faces.video import Video
from emoaff.faces.writer import VideoWriter
from emoaff.version import keep_old_names

__all__ = [
    "PICTURE_SUFFIXES",
    "VIDEO_SUFFIXES",
    "Detection",
    "Face",
    "FaceDetector",
    "FaceTracker",
    "Frame",
    "MediaFiles",
    "Video",
    "VideoWriter",
    "build_detector",
    "crop_face",
    "describe_faces",
    "find_media",
    "find_media_kind",
    "join_pictures",
    "list_media",
    "read_picture",
]

keep_old_names(__name__)
