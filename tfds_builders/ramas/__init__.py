from tfds_builders.ramas.ramas_dataset_builder import Builder

__all__ = ["Builder"]
