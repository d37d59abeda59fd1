"""How gunicorn serves the site: `gunicorn -c python:config.gunicorn --bind ADDRESS config.wsgi`."""

from config.settings import LOG_FORMAT, LOG_REQUESTS, WEB_THREADS

# One process: threads share the model's address and the caches; more machines or processes go behind a proxy.
workers = 1
# Slow clients wait without a thread. With TLS of its own: `--worker-class gthread`.
worker_class = "experiments.http.server.worker.PatientWorker"
threads = WEB_THREADS
# A thread's request may take as long as it likes (exports, runs); this is for a process that does not react at all.
timeout = 120
graceful_timeout = 5
# Longer than the pauses between a worker's calls, so that its connections are not closed under its hands.
keepalive = 75
# A page that polls names what it shows, and the rows that it is filtered to, in the address.
limit_request_line = 8190
control_socket_disable = True
# A line for each request, where so much is wanted. Of its address the path alone: a query has what people search for.
accesslog = "-" if LOG_REQUESTS else None
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
if LOG_FORMAT == "JSON":
    logger_class = "experiments.http.server.log.JsonServerLog"
