"""What a forecaster is."""
