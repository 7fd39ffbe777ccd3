"""gunicorn behind a web server: ``gunicorn -c deploy/gunicorn.conf.py example.wsgi``."""

import os

# Reachable from this machine alone: whoever reaches it may say that a request came by TLS.
bind = "127.0.0.1:8000"

# The web server reads slow uploads and sends the documents, so a worker is busy only while Django
# thinks. Threads wait for the database while others compute.
workers = (os.cpu_count() or 1) + 1
threads = 4
worker_class = "gthread"

# Longer than an upload may take: its turn, its inspection and its scan. See the setting INSPECTION.
timeout = 60

# Longer than the web server keeps an idle connection for its next request (60 seconds): who closes
# first must be who sends, or an upload may meet a connection that is just being closed, and be 502.
keepalive = 75


def post_request(worker, req, environ, resp):
    """Read to its end an upload that Django refused unread: Apache would answer 502 instead."""
    body = environ.get("wsgi.input")
    while body and body.read(64 * 1024):
        pass
