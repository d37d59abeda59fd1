"""`manage.py bench`: what the workbench costs beside the plain thing that it replaces, measured in turn within one run.

Absolute figures say more about the machine than about the code; so each line has two, and their ratio.

    site's process       database     makes a database for the bench, drops it whatever happens
                         inside       starts the process below with that database, and reads its results
                         report       prints them
    bench's process      __main__     goes through the measures
                         measures …   what is measured: calls, files, growth, file growth, small
                         batches, pages
                         web          the site's own web server, a process of its own
                         worker       a real `manage.py qcluster`
                         floor        the plain thing: a thread pool that writes lines, a process of its own
                         server       the `/run` that both call, a process of its own
"""
