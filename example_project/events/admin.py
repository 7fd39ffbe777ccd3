"""Events in Django's own admin, which needs nothing special for PDF documents."""

from django.contrib import admin

from .models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """A stock ModelAdmin; the file columns link to the documents."""

    list_display = ("name", "start_date", "location", "programme_file", "guide_file")
    list_filter = ("start_date",)
    search_fields = ("name", "location")
