"""What every request passes: limits, keys, errors in one shape, static files."""
