from tfds_builders.ravdess_video.ravdess_video_dataset_builder import Builder

__all__ = ["Builder"]
