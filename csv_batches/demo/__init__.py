"""`manage.py demo`: the sample, and the programs that run it on one machine."""
