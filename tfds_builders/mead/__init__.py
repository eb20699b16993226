from tfds_builders.mead.mead_dataset_builder import Builder

__all__ = ["Builder"]
