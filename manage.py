#!/usr/bin/env python
"""Runs administrative tasks: `manage.py demo`, `manage.py migrate`, `manage.py qcluster`, …"""

from config.__main__ import main

if __name__ == "__main__":
    main()
