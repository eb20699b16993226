from tfds_builders.kerc2020.kerc2020_dataset_builder import Builder

__all__ = ["Builder"]
