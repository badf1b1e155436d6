"""Have sales patterns changed? New sales are compared with the forecast made before them."""
