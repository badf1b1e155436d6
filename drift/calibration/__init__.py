"""Thresholds from the user's own weeks without drift, and evidence that they hold."""
