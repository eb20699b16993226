from emoaff.models.backbones import build_backbone
from emoaff.models.cnn_lstm import build_cnn_lstm
from emoaff.models.heads import Head
from emoaff.models.mobilenet_v1 import build_mobilenet_v1

__all__ = ["Head", "build_backbone", "build_cnn_lstm", "build_mobilenet_v1"]
