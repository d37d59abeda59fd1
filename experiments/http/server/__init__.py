"""How gunicorn's threads are kept free: a thread gets a request when it is there, and leaves the sending to others."""
