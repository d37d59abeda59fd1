"""The JSON of the API. Serializers check the format of what comes in, services its meaning."""
