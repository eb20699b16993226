"""What `benchmarks/claims.py` tries on drawn faces: a module for each claim."""
