"""Results of a check: the summary, the kinds of drift, and the retraining flag."""
