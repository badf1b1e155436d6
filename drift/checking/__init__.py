"""What a drift check says: coverage of the data, findings in words, Evidently's reports."""
