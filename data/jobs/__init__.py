"""What every job shares: its exit code, its progress bars, and the metrics that it pushes."""
