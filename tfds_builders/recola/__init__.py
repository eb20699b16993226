from tfds_builders.recola.recola_dataset_builder import Builder

__all__ = ["Builder"]
