"""Forecasts of everything into one file."""
