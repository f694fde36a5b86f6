"""Links in info.json and in manifests, as staff have set them up."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models

from iiifserver.configured import ConfigurationModel
from iiifserver.iiif.description import LinkKind
from iiifserver.patterns import check_pattern

from .validators import validate_address_template

WEB = URLValidator(schemes=["http", "https"])


class DescriptionLink(ConfigurationModel):
    """An address that belongs to images: a record in a catalogue, a service, the manifest that they are part of."""

    class Kind(models.TextChoices):
        SEE_ALSO = LinkKind.SEE_ALSO.value, "see also: data about the image, for programs"
        PART_OF = LinkKind.PART_OF.value, "part of: a manifest or a collection that has the image"
        SERVICE = LinkKind.SERVICE.value, "service: something that can be asked about the image"

    name = models.CharField(max_length=100, unique=True, help_text="For this list alone.")
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField("order", default=10, help_text="Lower numbers come first.")
    identifier_pattern = models.CharField(
        max_length=500,
        blank=True,
        validators=[check_pattern],
        help_text="A regular expression that a whole identifier must fit, such as scans/.* for all below scans/. Empty "
        "for every image.",
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.SEE_ALSO)
    address = models.CharField(
        max_length=500,
        validators=[validate_address_template],
        help_text="Such as https://catalogue.example.org/records/{identifier}.json, where {identifier} stands for the "
        "identifier of the image.",
    )
    type = models.CharField(
        max_length=100,
        default="Dataset",
        validators=[RegexValidator(r"^[A-Za-z][A-Za-z0-9:]*$", "A type is one word, such as Dataset or Manifest.")],
        help_text="What is at the address, in one word of IIIF: Dataset, Text, Manifest, Collection, or the type of a "
        "service such as SearchService2.",
    )
    label = models.CharField(max_length=200, blank=True, help_text="For people. Empty: none.")
    language = models.CharField(
        "language of the label",
        max_length=35,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$", "A language is written like en or pt-BR.")
        ],
        help_text="Such as en or de. Empty: any.",
    )
    format = models.CharField(
        max_length=100,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$", "A format is written like application/xml.")],
        help_text="The media type of what is there, such as application/xml. Not for services. Empty: none.",
    )
    profile = models.CharField(
        max_length=500,
        blank=True,
        validators=[WEB],
        help_text="The address of the schema, or of the protocol of a service. Empty: none.",
    )
    context = models.CharField(
        max_length=500,
        blank=True,
        validators=[WEB],
        help_text="For services: the address of the JSON-LD context in which the words of the service are explained. "
        "Empty: none.",
    )

    class Meta:
        ordering = ("position", "name")
        verbose_name = "link"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.context and self.kind != self.Kind.SERVICE:
            raise ValidationError({"context": "Only a service has a context of its own: leave this empty."})
        if self.kind == self.Kind.PART_OF and self.type not in {"Manifest", "Collection", "Canvas", "Range"}:
            raise ValidationError({"type": "An image is part of a Manifest, a Collection, a Canvas or a Range."})
