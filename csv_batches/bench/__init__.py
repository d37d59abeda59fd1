"""`manage.py bench`: what the workbench costs beside the plain thing it is built on."""
