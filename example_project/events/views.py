"""The start page."""

from django.views.generic import ListView

from .models import Event


class StartPage(ListView):
    """All events with links that open their documents.

    Anyone may see it, because this is a demo: until they expire its links open without a login.
    In a site of your own add `LoginRequiredMixin`.
    """

    model = Event
    template_name = "events/start.html"
