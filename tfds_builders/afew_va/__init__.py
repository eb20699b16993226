from tfds_builders.afew_va.afew_va_dataset_builder import Builder

__all__ = ["Builder"]
