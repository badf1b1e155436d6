"""Versions on disk and in the BentoML store: records, arrays and the forecast table."""
