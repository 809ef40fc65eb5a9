"""Version 2 of the S-Series' API, and how it is found."""
