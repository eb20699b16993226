from tfds_builders.ck_plus.ck_plus_dataset_builder import Builder

__all__ = ["Builder"]
