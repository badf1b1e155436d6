"""Thresholds from weeks without drift of the user's own history, and a study of how well they work."""
