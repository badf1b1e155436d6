"""Parts of a drift check: coverage of the data, identity of the sales, findings as text, reports."""
