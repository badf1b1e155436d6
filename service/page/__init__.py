"""The planner's page and the data behind it."""
