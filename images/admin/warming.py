"""The page that orders pictures before anybody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from ..addresses import public_origin, public_root
from ..jobs import queue, warming
from ..jobs.fetching import CannotFetch, fetched
from ..jobs.lists import identifiers_in_list
from ..jobs.manifests import Here, identifiers_in_manifest
from ..jobs.model import somebody_does_jobs
from ..runtime import current_runtime
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
        label="Manifest",
        required=False,
        help_text="A IIIF manifest or collection as a file: the images of this server that it names.",
    )
    manifest_address = forms.CharField(
        label="Address of a manifest",
        required=False,
        max_length=2000,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="The same, fetched from the web.",
        widget=forms.URLInput(attrs={"class": "vTextField"}),
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

    def __init__(self, here: Here, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._here = here

    def clean_manifest(self) -> list[str]:
        file = self.cleaned_data["manifest"]
        if file is None:
            return []
        if file.size > MOST_FILE_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_FILE_BYTES // 1_000_000} megabytes.")
        return self.named_in(file.read().decode("utf-8", "replace"))

    def clean_manifest_address(self) -> list[str]:
        address: str = self.cleaned_data["manifest_address"]
        try:
            return self.named_in(fetched(address)) if address else []
        except CannotFetch as error:
            raise forms.ValidationError(str(error)) from error

    def named_in(self, text: str) -> list[str]:
        """The images of this server in a manifest."""
        try:
            found = identifiers_in_manifest(text, self._here)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This is not JSON, as a manifest is.") from error
        if not found:
            raise forms.ValidationError("This names no image of this server.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            images = self.images()
            if images and cleaned["source"]:
                raise forms.ValidationError("Name images or choose a source, not both: each is a job of its own.")
            if not images and not cleaned["source"]:
                raise forms.ValidationError(
                    "Name images of this server, in the box or by a manifest, or choose a source."
                )
            if cleaned["folder"] and not cleaned["source"]:
                self.add_error("folder", "A folder is one of a source: choose the source too.")
            if len(images) > MOST_IMAGES:
                raise forms.ValidationError(f"These are more than {MOST_IMAGES:,} images: take the command iiif_warm.")
        return cleaned

    def images(self) -> list[str]:
        typed = identifiers_in_list(self.cleaned_data["identifiers"])
        named = (*self.cleaned_data["manifest"], *self.cleaned_data["manifest_address"])
        return list(dict.fromkeys([*typed, *named]))

    def arguments(self) -> dict[str, Any]:
        return warming.arguments(
            identifiers=self.images(),
            source=self.cleaned_data["source"],
            folder=self.cleaned_data["folder"],
            sizes=self.cleaned_data["pictures"] != "tiles",
            tiles=self.cleaned_data["pictures"] != "sizes",
            per_second=self.cleaned_data["per_second"],
        )


def here(request: HttpRequest) -> Here:
    """This server as whoever looks at the page addresses it, or as its public URL says."""
    http = current_runtime().http
    root = f"{public_origin(request, http.public_url)}{public_root(request, http.public_url)}"
    return Here(root, http.slash_substitute)


def warm_view(admin: JobAdmin, request: HttpRequest) -> HttpResponse:
    """The form; sent, it orders a job."""
    if not admin.may_steer(request):
        raise PermissionDenied
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WarmForm(here(request), *sent)
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
    if not somebody_does_jobs():
        admin.message_user(request, NOBODY, messages.WARNING)
    return HttpResponseRedirect(reverse("admin:iiif_images_job_changelist", current_app=admin.admin_site.name))
