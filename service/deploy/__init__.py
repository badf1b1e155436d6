"""From a bento to a running Hugging Face Space, and the checks on the way."""
