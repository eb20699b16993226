"""From a video or picture to rows: who shows what, and when."""

from emoaff.prediction.row import Row
from emoaff.prediction.timeline import Timeline
from emoaff.prediction.video import predict_frames
from emoaff.prediction.video import predict_video

__all__ = ["Row", "Timeline", "predict_frames", "predict_video"]
