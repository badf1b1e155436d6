"""Sales and versions on a DVC remote, DagsHub included."""
