from tfds_builders.caer.caer_dataset_builder import Builder

__all__ = ["Builder"]
