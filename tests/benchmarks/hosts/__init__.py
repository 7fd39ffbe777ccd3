"""Host projects to measure: plain Django, django-cleanup and ours, each in its own process."""
