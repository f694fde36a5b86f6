"""The history of the configuration: who changed what, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ..configuration import current_document
from ..differences import differences
from ..models import Revision
from ..restoring import DocumentError, rehearsed, restore


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("number", "created_at", "who", "summary")
    list_display_links = ("number", "summary")
    list_select_related = ("author",)
    date_hierarchy = "created_at"
    fields = ("number", "created_at", "who", "summary", "what_changed")
    readonly_fields = fields
    change_form_template = "admin/iiif_images/revision/change_form.html"

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """A site may have accounts without a user name."""
        return ("summary", f"author__{get_user_model().USERNAME_FIELD}")

    @admin.display(description="who", ordering="author")
    def who(self, revision: Revision) -> str:
        return str(revision.author or "the server itself")

    @admin.display(description="what changed")
    def what_changed(self, revision: Revision) -> SafeString:
        """The difference to the revision before, a line for each field."""
        before = Revision.objects.filter(number__lt=revision.number).first()
        return listed(differences(before.document if before else {}, revision.document))

    def get_urls(self) -> list[URLPattern]:
        roll_back = self.admin_site.admin_view(self.roll_back_view)
        return [path("<int:number>/roll-back/", roll_back, name="iiif_images_revision_roll_back"), *super().get_urls()]

    def roll_back_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Shows what would change, and on POST changes it."""
        if not self.may_roll_back(request):
            raise PermissionDenied
        revision = get_object_or_404(Revision, number=number)
        if request.method == "POST":
            self.roll_back(request, revision)
            return HttpResponseRedirect(
                reverse("admin:iiif_images_revision_changelist", current_app=self.admin_site.name)
            )
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Go back to revision {number}?",
            "revision": revision,
            **consequences(revision),
        }
        return TemplateResponse(request, "admin/iiif_images/revision/roll_back.html", context)

    def roll_back(self, request: HttpRequest, revision: Revision) -> None:
        title = f"Went back to revision {revision.number}"
        try:
            restore(revision.document, request.user, title)
        except DocumentError as error:
            self.message_user(request, f"Nothing was changed. {error}", messages.ERROR)
        else:
            self.message_user(request, f"{title}.", messages.SUCCESS)

    def may_roll_back(self, request: HttpRequest) -> bool:
        return request.user.has_perm("iiif_images.roll_back_revision")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_roll_back"] = self.may_roll_back(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False


def consequences(revision: Revision) -> dict[str, Any]:
    """What would change by going back, or why nobody can."""
    try:
        return {"changes": listed(differences(current_document(), rehearsed(revision.document)))}
    except DocumentError as error:
        return {"refusal": str(error)}


def listed(lines: list[str]) -> SafeString:
    """The lines as a list, or a word that there are none."""
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines or ["nothing"]))
    return format_html_join("", '<ul class="iiif-changes">{}</ul>', [(items,)])
