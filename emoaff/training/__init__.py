"""How an experiment is run: updates, checkpoints, logs, devices."""
