from tfds_builders.video_folder.video_folder_dataset_builder import Builder
from tfds_builders.video_folder.video_folder_dataset_builder import (
    VideoFolderConfig,
)

__all__ = ["Builder", "VideoFolderConfig"]
