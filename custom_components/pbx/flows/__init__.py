"""Steps and checks that the config flow and the repairs share."""
