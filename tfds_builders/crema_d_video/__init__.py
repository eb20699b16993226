from tfds_builders.crema_d_video.crema_d_video_dataset_builder import Builder

__all__ = ["Builder"]
