"""The page that orders pictures before anybody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from ..jobs import queue, warming
from ..jobs.lists import identifiers_in_list, identifiers_in_manifest
from ..jobs.model import live_runners
from .purges import NOBODY, source_choices

if TYPE_CHECKING:
    from .jobs import JobAdmin

MOST_FILE_BYTES = 10_000_000
MOST_IMAGES = 100_000


class WarmForm(forms.Form):
    identifiers = forms.CharField(
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
        help_text="One a line, such as scans/0042.tif.",
    )
    manifest = forms.FileField(
        label="Manifest", required=False, help_text="A IIIF manifest or collection as a file: the images that it names."
    )
    source = forms.ChoiceField(required=False, choices=source_choices, help_text="All images that a source can list.")
    folder = forms.CharField(
        required=False,
        max_length=2000,
        help_text="Only what is in this folder of the source. Empty: all.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    pictures = forms.ChoiceField(
        label="Pictures",
        choices=[("both", "sizes and tiles"), ("sizes", "the sizes that info.json lists"), ("tiles", "the tiles")],
        initial="sizes",
    )
    per_second = forms.FloatField(
        label="Pictures a second",
        initial=warming.USUAL_PER_SECOND,
        min_value=0,
        max_value=1000,
        help_text="At most, so that visitors need not wait. 0: as many as it can.",
    )

    def clean_manifest(self) -> list[str]:
        file = self.cleaned_data["manifest"]
        if file is None:
            return []
        if file.size > MOST_FILE_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_FILE_BYTES // 1_000_000} megabytes.")
        try:
            return identifiers_in_manifest(file.read().decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This file is not JSON.") from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            images = self.images()
            if bool(images) == bool(cleaned["source"]):
                raise forms.ValidationError(
                    "Name images of this server, in the box or by a manifest, or choose a source."
                )
            if len(images) > MOST_IMAGES:
                raise forms.ValidationError(f"These are more than {MOST_IMAGES:,} images: take the command iiif_warm.")
        return cleaned

    def images(self) -> list[str]:
        typed = identifiers_in_list(self.cleaned_data["identifiers"])
        return list(dict.fromkeys([*typed, *self.cleaned_data["manifest"]]))

    def arguments(self) -> dict[str, Any]:
        return warming.arguments(
            identifiers=self.images(),
            source=self.cleaned_data["source"],
            folder=self.cleaned_data["folder"],
            sizes=self.cleaned_data["pictures"] != "tiles",
            tiles=self.cleaned_data["pictures"] != "sizes",
            per_second=self.cleaned_data["per_second"],
        )


def warm_view(admin: JobAdmin, request: HttpRequest) -> HttpResponse:
    """The form; sent, it orders a job."""
    if not admin.may_steer(request):
        raise PermissionDenied
    form = WarmForm(request.POST, request.FILES) if request.method == "POST" else WarmForm()
    if not form.is_valid():
        request.current_app = admin.admin_site.name
        context = {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": "Warm caches",
            "form": form,
        }
        return TemplateResponse(request, "admin/iiif_images/job/warm.html", context)
    job = queue.order("warm", form.arguments(), by=request.user)
    admin.message_user(request, f"“{job}” was ordered.", messages.SUCCESS)
    if not live_runners().exists():
        admin.message_user(request, NOBODY, messages.WARNING)
    return HttpResponseRedirect(reverse("admin:iiif_images_job_changelist", current_app=admin.admin_site.name))
