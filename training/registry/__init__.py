"""The champion and its versions: promotion, decisions, retention."""
