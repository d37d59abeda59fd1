"""The kind *experiment*: data sets with expected answers, on the host's queues. A guest, like any other kind."""
