"""The admin, for operators: what the site does, its batches, rows, runs, networks and workers, and what may be done.

Most is read only: a change there would break what the engine relies on. Acts go through the services of the pages.
"""
