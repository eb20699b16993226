from tfds_builders.savee_video.savee_video_dataset_builder import Builder

__all__ = ["Builder"]
