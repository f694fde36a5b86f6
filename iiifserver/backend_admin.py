"""The admin of a role: adding asks for name and kind, changing shows the form of that kind."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import models
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from .backend import BackendError
from .changes import one_act
from .configured import ConfiguredBackend
from .registry import Registry
from .secrets import RemovableSecret, SecretField
from .shelf import build, option_form_class, problems_of

OPTION = "option_"
"""Stands before the names of a kind's own fields, which may be called like columns."""


class RecordsWho:
    """Makes each request that changes something one act by the person who sent it."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_act(request.user):
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_act(request.user):
            return super().changelist_view(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_act(request.user):
            return super().delete_view(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Row by row, so that each deletion is noted."""
        for row in queryset:
            row.delete()


class ChangeBackendForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row's own columns, and below them the options of its kind, each checked by the kind's own form."""

    registry: ClassVar[Registry[Any]]
    locked: ClassVar[frozenset[str]] = frozenset()
    """The options that whoever looks at the form may not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.options
        for name, field in option_form_class(self.registry, self.instance.kind)().fields.items():
            field.initial = stored.get(name, field.initial)
            field.label = field.label or pretty_name(name)
            field.disabled = name in self.locked
            if isinstance(field, SecretField) and stored.get(name):
                show_as_stored(field)
            self.fields[OPTION + name] = field
        if not stored:
            self.initial["enabled"] = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key in self.removed() & {key for key in self.data if self.data[key]}:
            self.add_error(key, "Type a new one, or have the stored one removed: not both.")
        if self.instance.kind in self.registry:
            options = self.cleaned_options()
            if not self.errors:
                self.instance.options = options
                self.check_it_builds()
        return cleaned

    def cleaned_options(self) -> dict[str, Any]:
        """The options as the kind's own form cleans them; its errors appear at this form's fields."""
        form_class = option_form_class(self.registry, self.instance.kind)
        form = form_class(data=self.option_data(), files=self.option_files(), initial=self.instance.options)
        for name, errors in form.errors.items():
            if OPTION + name not in self.errors:
                self.add_error(None if name == NON_FIELD_ERRORS else OPTION + name, errors)
        return {name: form.cleaned_data.get(name) for name in form.fields}

    def option_data(self) -> dict[str, Any]:
        """What was typed into the kind's fields, by their own names; a secret left empty is the one that is stored."""
        data, removed = {}, self.removed()
        for key in self.data:
            if key.startswith(OPTION):
                name = key.removeprefix(OPTION)
                is_kept = isinstance(self.fields.get(key), SecretField) and key not in removed
                data[name] = self.data.get(key) or (self.instance.options.get(name) if is_kept else "") or ""
        return data | {name: self.instance.options.get(name, "") for name in self.locked}

    def removed(self) -> set[str]:
        """The fields of the secrets that are to be removed."""
        widgets = {key: field.widget for key, field in self.fields.items() if isinstance(field.widget, RemovableSecret)}
        return {key for key, widget in widgets.items() if widget.is_removed(self.data, key)}

    def option_files(self) -> MultiValueDict[str, Any]:
        """What was uploaded to the kind's fields, by their own names."""
        own = (key for key in self.files if key.startswith(OPTION))
        return MultiValueDict({key.removeprefix(OPTION): self.files.getlist(key) for key in own})

    def check_it_builds(self) -> None:
        try:
            build(self.registry, self.instance)
        except BackendError as error:
            self.add_error(None, str(error))


def show_as_stored(field: SecretField) -> None:
    """Says that there is one, which need not be typed again, and lets it be removed where none has to be."""
    field.widget.attrs["placeholder"] = "Stored. Type a new one to replace it."
    if isinstance(field.widget, RemovableSecret) and not (field.required or field.disabled):
        field.widget.removable = str(field.label)
    field.required = False


def locked_options(registry: Registry[Any], row: ConfiguredBackend, user: Any) -> frozenset[str]:
    """The options that this person may not change: those that need a permission, and all of them once such a one is
    written, since it would mean something else beside other options.
    """
    if row.kind not in registry:
        return frozenset()
    guarded = registry.get(row.kind).guarded_options
    forbidden = frozenset(name for name, permission in guarded.items() if not user.has_perm(permission))
    is_written = any(row.options.get(name) for name in forbidden)
    return frozenset(option_form_class(registry, row.kind)().fields) if is_written else forbidden


class ListedBackendForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row's fields in the list, each named for those who hear the page instead of seeing its columns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{capfirst(str(field.label))} of {self.instance}"


class BackendAdmin(RecordsWho, admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists, adds and changes the rows of one role with the plain admin's own pages."""

    registry: ClassVar[Registry[Any]]
    change_form_class: ClassVar[type[ChangeBackendForm]] = ChangeBackendForm
    shared_fields: ClassVar[tuple[str, ...]] = ("name", "enabled", "position")

    list_display: tuple[str, ...] = ("name", "state", "enabled", "position", "kind_label", "used_for")
    list_editable = ("position", "enabled")
    search_fields = ("name",)

    class Media:
        css = {"all": ["iiif_images/admin.css"]}

    @admin.display(description="kind", ordering="kind")
    def kind_label(self, row: ConfiguredBackend) -> str:
        if row.kind not in self.registry:
            return f"{row.kind} (not installed)"
        return self.registry.get(row.kind).label  # type: ignore[no-any-return]

    @admin.display(description="used for")
    def used_for(self, row: ConfiguredBackend) -> str:
        return self.registry.get(row.kind).used_for if row.kind in self.registry else ""

    @admin.display(description="state")
    def state(self, row: ConfiguredBackend) -> SafeString:
        """Whether the row works, and if not, why."""
        if not row.enabled:
            return format_html('<span class="iiif-state">{}</span>', "switched off")
        problems = self.problems(row)
        if not problems:
            return format_html('<span class="iiif-state iiif-ready">{}</span>', "ready")
        return format_html_join(" ", '<span class="iiif-state iiif-broken">{}</span>', ((text,) for text in problems))

    def problems(self, row: ConfiguredBackend) -> list[str]:
        """Sentences on why an enabled row does not work; empty when it does."""
        return problems_of(self.registry, row)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{**kwargs, "form": ListedBackendForm})

    def get_form(
        self, request: HttpRequest, obj: ConfiguredBackend | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            form = super().get_form(request, obj, change, **{**kwargs, "fields": ("name", "kind")})
            form.base_fields["kind"] = forms.ChoiceField(
                choices=self.registry.choices(), help_text="Chosen once; its own fields come next."
            )
            return form
        locked = locked_options(self.registry, obj, request.user)
        bound = type("ChangeForm", (self.change_form_class,), {"registry": self.registry, "locked": locked})
        return super().get_form(request, obj, change, **{**kwargs, "form": bound, "fields": self.shared_fields})

    def get_fieldsets(self, request: HttpRequest, obj: ConfiguredBackend | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("name", "kind")})]
        options = option_form_class(self.registry, obj.kind)().fields
        shared = (None, {"fields": ("kind_label", "state", *self.shared_fields)})
        if not options:
            return [shared]
        own = {"fields": tuple(OPTION + name for name in options), "description": self.used_for(obj)}
        return [shared, (self.kind_label(obj), own)]

    def get_readonly_fields(self, request: HttpRequest, obj: ConfiguredBackend | None = None) -> tuple[str, ...]:
        return ("kind_label", "state") if obj else ()

    def save_model(self, request: HttpRequest, obj: ConfiguredBackend, form: Any, change: bool) -> None:
        """A row that was just added waits, switched off, until its options are saved."""
        if not change:
            obj.enabled = False
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: ConfiguredBackend, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Goes on to the change form, where the options of the chosen kind are."""
        self.message_user(request, f"“{obj}” was added. Now set it up and enable it.")
        address = reverse(
            f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change",
            args=[obj.pk],
            current_app=self.admin_site.name,
        )
        return HttpResponseRedirect(address)


class SingletonAdmin(RecordsWho, admin.ModelAdmin):  # type: ignore[type-arg]
    """The form of the one row stands where a list would."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    class Media:
        css = {"all": ["iiif_images/admin.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row, _ = self.model._default_manager.get_or_create()
        options = self.model._meta
        return HttpResponseRedirect(
            reverse(
                f"admin:{options.app_label}_{options.model_name}_change",
                args=[row.pk],
                current_app=self.admin_site.name,
            )
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page is called like its section; of one row there is no name to tell."""
        heading = {"title": capfirst(self.model._meta.verbose_name), "subtitle": None}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **heading})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
