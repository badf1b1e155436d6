"""The history as one matrix, series × days, and the table formats at its edges."""
