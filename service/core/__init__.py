"""What all of the service shares: settings, errors, metrics."""
