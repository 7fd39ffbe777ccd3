"""Django's MySQL backend on PyMySQL, which needs no compiler. An ``ENGINE`` of ``DATABASES``."""
