"""The model being served: loaded once, replaced while requests are answered."""
