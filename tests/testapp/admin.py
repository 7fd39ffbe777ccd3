"""The stock admin, as a host has it: nothing of it knows of documents."""

from django.contrib import admin

from tests.testapp.models import Event, Meeting, Permit

admin.site.register([Event, Meeting, Permit])
