"""How long things take and how much they need, beside a floor measured in the same run."""
