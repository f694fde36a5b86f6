"""The sources as staff have set them up."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from iiifserver.configured import ConfiguredBackend
from iiifserver.patterns import PatternError, check_pattern, compiled

from .client_caching import ClientCaching
from .formats import FormatsField, check_formats, pictures
from .lookup import TemplateError, parsed_template, unless_climbing


class AnswersFor(models.TextChoices):
    """Which identifiers a source answers for."""

    EVERYTHING = "everything", "every identifier"
    PREFIX = "prefix", "those that begin with a prefix"
    PATTERN = "pattern", "those that fit a pattern"


class WhenMissing(models.TextChoices):
    """What follows when a source does not have an image that it answers for."""

    NEXT = "next", "ask the next source"
    STOP = "stop", "stop: there is no such image"


class LookupKind(models.TextChoices):
    """How the name of an image is made of its identifier."""

    AFFIXES = "affixes", "the identifier, with a prefix and a suffix"
    TEMPLATE = "template", "a template"
    DELEGATE = "delegate", "asked of the site's delegate"


class Source(ClientCaching, ConfiguredBackend):
    """A place where images are looked for; the first that has an image gives it."""

    answers_for = models.CharField(max_length=20, choices=AnswersFor, default=AnswersFor.EVERYTHING)
    identifier_prefix = models.CharField(
        max_length=500,
        blank=True,
        help_text="The beginning of the identifiers, such as maps/. For “those that begin with a prefix”.",
    )
    keeps_prefix = models.BooleanField(
        default=False,
        help_text="Whether the image is looked for under the whole identifier; otherwise what follows the prefix.",
    )
    identifier_pattern = models.CharField(
        max_length=500,
        blank=True,
        validators=[check_pattern],
        help_text="A regular expression that a whole identifier must fit, such as "
        "(?P&lt;shelf&gt;[a-z]+)-(?P&lt;number&gt;[0-9]+). For “those that fit a pattern”; a template may use the "
        "named groups.",
    )
    when_missing = models.CharField(
        max_length=20,
        choices=WhenMissing,
        default=WhenMissing.NEXT,
        help_text="What to do when this source does not have an image that it answers for.",
    )
    lookup = models.CharField(max_length=20, choices=LookupKind, default=LookupKind.AFFIXES)
    lookup_prefix = models.CharField(
        max_length=500, blank=True, help_text="Put in front of the identifier, such as scans/. Usually empty."
    )
    lookup_suffix = models.CharField(
        max_length=500, blank=True, help_text="Added to the identifier, such as .tif. Usually empty."
    )
    lookup_template = models.CharField(
        max_length=500,
        blank=True,
        help_text="For “a template”: such as {shelf}/{number}.tif with groups of the pattern, or "
        "{hash:2}/{hash:2}/{identifier}.tif, where {hash:2} are the next two hexadecimal digits of the identifier's "
        "SHA-256. There are {md5:2} and {sha1:2} too.",
    )
    formats = FormatsField(
        default=pictures,
        validators=[check_formats],
        help_text="What may be read from here; any other file is refused, whatever it is called. Where strangers can "
        "put files, choose no more than you need.",
    )

    accepts_uploads = models.BooleanField(
        default=False,
        help_text="Whether those who have the permission may put images here with their browser.",
    )
    largest_upload_megabytes = models.PositiveIntegerField(
        "largest upload",
        default=500,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text="The size of one file in megabytes.",
    )

    class Meta(ConfiguredBackend.Meta):
        abstract = False
        permissions = [
            ("write_sql", "Can write SQL statements for sources"),
            ("upload_image", "Can upload images to sources"),
        ]

    def clean(self) -> None:
        super().clean()
        self.clean_scope()
        self.clean_lookup()

    def clean_scope(self) -> None:
        if self.answers_for == AnswersFor.PREFIX and not self.identifier_prefix:
            raise ValidationError({"identifier_prefix": "Write the prefix, or choose another kind of identifiers."})
        if self.answers_for == AnswersFor.PATTERN and not self.identifier_pattern:
            raise ValidationError({"identifier_pattern": "Write the pattern, or choose another kind of identifiers."})

    def clean_lookup(self) -> None:
        for name in ("lookup_prefix", "lookup_suffix"):
            text = getattr(self, name)
            if "\0" in text or unless_climbing(text.strip("/")) is None:
                raise ValidationError({name: "Write names with slashes between them, without steps such as .. in it."})
        if self.lookup == LookupKind.TEMPLATE:
            try:
                parsed_template(self.lookup_template, self.group_names())
            except TemplateError as error:
                raise ValidationError({"lookup_template": str(error)}) from error

    def group_names(self) -> frozenset[str]:
        """The names that the pattern gives to a template; none where the pattern is not used, or is none."""
        if self.answers_for != AnswersFor.PATTERN:
            return frozenset()
        try:
            return compiled(self.identifier_pattern).group_names
        except PatternError:
            return frozenset()
