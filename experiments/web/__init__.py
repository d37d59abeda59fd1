"""The pages: a package for queues, networks and runs each, with its views, its forms and the values that it shows."""
