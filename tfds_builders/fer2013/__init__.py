from tfds_builders.fer2013.fer2013_dataset_builder import Builder

__all__ = ["Builder"]
