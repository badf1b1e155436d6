"""Further looks at new days: input features, forecast errors, single series, last year."""
