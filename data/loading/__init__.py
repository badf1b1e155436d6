"""Raw files in, one clean history out: reading, parsing, cleaning, and a report of the data checks."""
