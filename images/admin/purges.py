"""The page that purges: what, then what would go, then it is ordered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from caching.models import Cache
from caching.purging import PurgeOrder, What, counted, shown_usage
from sources.models import Source

from ..jobs.model import somebody_does_jobs
from ..jobs.purging import order_purge

if TYPE_CHECKING:
    from .jobs import JobAdmin

DAY = 86_400
NEEDED = {
    What.IDENTIFIER: ("identifier", "Write the identifier of the image."),
    What.PREFIX: ("beginning", "Write how the identifiers begin."),
    What.SOURCE: ("source", "Choose the source."),
    What.OLDER: ("days", "Write a number of days."),
}
"""The field that belongs to a choice, and what to say when it is empty."""


def source_choices() -> list[tuple[str, str]]:
    return [("", "choose …"), *((name, name) for name in Source.objects.values_list("name", flat=True))]


class PurgeForm(forms.Form):
    what = forms.ChoiceField(
        label="What is to be forgotten",
        widget=forms.RadioSelect,
        initial=What.IDENTIFIER.value,
        choices=[
            (What.IDENTIFIER.value, "one image"),
            (What.PREFIX.value, "all images whose identifiers begin with a text"),
            (What.SOURCE.value, "all images of a source"),
            (What.OLDER.value, "pictures that were made long ago"),
            (What.EXPIRED.value, "what has outlived its time to live"),
            (What.INFOS.value, "what is known of images; their pictures stay"),
            (What.EVERYTHING.value, "everything"),
        ],
    )
    identifier = forms.CharField(
        required=False,
        max_length=8000,
        help_text="For one image: such as scans/0042.tif.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    beginning = forms.CharField(
        label="Begins with",
        required=False,
        max_length=8000,
        strip=False,
        help_text="For a beginning: such as scans/1908-.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    source = forms.ChoiceField(required=False, choices=source_choices, help_text="For the images of a source.")
    days = forms.FloatField(
        label="Older than",
        required=False,
        min_value=0,
        max_value=100_000,
        help_text="For pictures made long ago: days.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        field, sentence = NEEDED.get(What(cleaned["what"]), ("", "")) if "what" in cleaned else ("", "")
        if field and field not in self.errors and cleaned.get(field) in (None, ""):
            self.add_error(field, sentence)
        return cleaned

    def order(self) -> PurgeOrder:
        what = What(self.cleaned_data["what"])
        if what is What.OLDER:
            return PurgeOrder(what, f"{time.time() - self.cleaned_data['days'] * DAY:.0f}")
        field, _ = NEEDED.get(what, ("", ""))
        return PurgeOrder(what, self.cleaned_data[field] if field else "")


def purge_view(admin: JobAdmin, request: HttpRequest) -> HttpResponse:
    """Asks what; asked with an answer, says what would go; sent back, has it go."""
    if not request.user.has_perm("iiif_caching.change_cache"):
        raise PermissionDenied
    if request.method == "POST":
        form = PurgeForm(request.POST)
        return ordered(admin, request, form.order()) if form.is_valid() else page(admin, request, form)
    if "what" not in request.GET:
        return page(admin, request, PurgeForm())
    form = PurgeForm(request.GET)
    return page(admin, request, form, form.order() if form.is_valid() else None)


def page(admin: JobAdmin, request: HttpRequest, form: PurgeForm, order: PurgeOrder | None = None) -> HttpResponse:
    """The form; the question, where it has been filled in."""
    request.current_app = admin.admin_site.name
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": order.title if order else "Purge caches",
        "form": form,
        "order": order,
        "counted": counted(order).sentence("would be removed") if order else "",
        "rows": [(row, shown_usage(row)) for row in Cache.objects.all()],
    }
    return TemplateResponse(request, "admin/iiif_images/job/purge.html", context)


def ordered(admin: JobAdmin, request: HttpRequest, order: PurgeOrder) -> HttpResponse:
    order_purge(order, by=request.user)
    sentence = f"“{order.title}” holds: within two seconds no worker gives out any of it."
    admin.message_user(request, sentence, messages.SUCCESS)
    if not somebody_does_jobs():
        admin.message_user(request, NOBODY, messages.WARNING)
    return HttpResponseRedirect(reverse("admin:iiif_images_job_changelist", current_app=admin.admin_site.name))


NOBODY = (
    "Nobody does jobs at present: what it fills is removed when the command iiif_jobs or iiif_maintain runs. Meanwhile "
    "the job waits."
)
