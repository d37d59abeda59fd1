"""`manage.py run_csv`: a file in, its answers out, by the services that the wizard uses."""
