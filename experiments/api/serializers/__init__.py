"""The JSON of the API: what comes in is checked here for its form, in the services for its meaning."""
