"""What a check leaves behind: the summary, the kinds of drift, and the retrain flag."""
