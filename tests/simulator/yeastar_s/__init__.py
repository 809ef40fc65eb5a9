"""The wire of the Yeastar S-Series, from the reference alone."""
