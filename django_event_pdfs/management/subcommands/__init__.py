"""What ``manage.py event_pdfs`` can do, a module for each.

A module has ``HELP``, ``add_arguments(parser)`` and ``run(options, report)``, which returns the
exit code: 0 nothing wrong, 1 something found or left undone, 2 stopped by a brake or misused.
``--json`` is the command's own, and ``options["json"]`` is the report's business.
"""
