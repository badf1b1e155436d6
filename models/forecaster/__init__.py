"""The forecaster: three members fitted, averaged, corrected, and given intervals."""
