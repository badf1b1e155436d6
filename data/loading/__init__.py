"""Raw files in, one settled history out: reading, parsing, cleaning, and a report of what was found."""
