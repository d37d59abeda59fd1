"""Passwords that are quick to make and to check: the real ones take a third of a second, so that guessing takes long.

They are of the kind that the site itself makes, and it can read them.
"""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
