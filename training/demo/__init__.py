"""The closed loop on one machine, weeks in minutes."""
