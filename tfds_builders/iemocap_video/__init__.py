from tfds_builders.iemocap_video.iemocap_video_dataset_builder import Builder

__all__ = ["Builder"]
