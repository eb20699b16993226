from tfds_builders.sewa.sewa_dataset_builder import Builder

__all__ = ["Builder"]
