from tfds_builders.ferplus.ferplus_dataset_builder import Builder

__all__ = ["Builder"]
