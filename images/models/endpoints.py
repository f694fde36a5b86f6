"""What is served at which address, and within which limits."""

from __future__ import annotations

from fractions import Fraction

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models

from iiifserver.configured import Singleton
from iiifserver.iiif.description import FieldMapping, Statements
from iiifserver.iiif.formats import Format
from iiifserver.iiif.metadata import Text
from iiifserver.iiif.values import ApiVersion, Extent, Limits, SizeRules

from ..description_links import DescriptionLink
from ..descriptions import Descriptions, active_links
from ..endpoints import Endpoints
from ..validators import validate_delimiter, validate_field_names, validate_formats, validate_rights, validate_scale


class EndpointSettings(Singleton):
    """Which versions of the Image API are served, and within which limits."""

    class OversizedBox(models.TextChoices):
        CLAMP = "clamp", "give the region in its own size (the standard's text)"
        REFUSE = "refuse", "refuse with 400 (the official validator, Cantaloupe)"

    version_1_enabled = models.BooleanField(
        "Image API 1.1 at /iiif/1", default=False, help_text="For programs that are older than 2014."
    )
    version_2_enabled = models.BooleanField("Image API 2.1.1 at /iiif/2", default=True)
    version_3_enabled = models.BooleanField("Image API 3.0 at /iiif/3", default=True)
    manifests_enabled = models.BooleanField(
        "manifests at /iiif/presentation/3",
        default=True,
        help_text="For each image a manifest of the Presentation API 3.0, which viewers open like a book: a page for "
        "each page of the file.",
    )
    collections_enabled = models.BooleanField(
        "collections of folders",
        default=False,
        help_text="For each folder of images a collection of the Presentation API 3.0. It tells everybody what is in "
        "the folder; images that a visitor may not see are left out.",
    )
    max_pixels = models.PositiveIntegerField(
        default=50_000_000,
        validators=[MinValueValidator(1)],
        help_text="The most pixels of one answer, width times height. Viewers read it as maxArea.",
    )
    max_width = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="In pixels; empty for no limit of its own."
    )
    max_height = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="In pixels; needs a max width. Empty: the max width holds for both edges.",
    )
    allows_upscaling = models.BooleanField(
        default=True, help_text="Whether an image may be asked for larger than it is, within the limits."
    )
    max_scale = models.FloatField(
        null=True,
        blank=True,
        validators=[validate_scale],
        help_text="How many times as wide and as high as the region of the image that is asked for an answer may be, "
        "such as 2 or 1.5. Empty or 0: as large as the other limits allow.",
    )
    min_size = models.PositiveIntegerField(
        default=0,
        help_text="No size in info.json has a shorter edge below so many pixels, and no tile is listed for one. 0: "
        "sizes are listed down to the first that fits into one tile. Viewers show the smallest size first.",
    )
    restricts_to_sizes = models.BooleanField(
        "only listed sizes",
        default=False,
        help_text="Answers only the sizes and tiles that info.json lists, and anything else with 400. Viewers that "
        "read info.json work as before; programs that ask for a size of their own do not.",
    )
    meta_delimiter = models.CharField(
        "delimiter",
        max_length=5,
        blank=True,
        default=";",
        validators=[validate_delimiter],
        help_text="Stands behind an identifier, before a page or a time, and before a scale: scan.tif;3 is page 3 of "
        "scan.tif, and scan.tif;3;1:2 the same at half its size. An image that is really named like that is asked "
        "for with its page behind the name. Empty: neither is read.",
    )
    reads_page_arguments = models.BooleanField(
        "page and time as arguments",
        default=False,
        help_text="Reads ?page=3 and ?time=00:01:30 behind an address as well.",
    )
    rights = models.URLField(
        blank=True,
        validators=[validate_rights],
        help_text="The licence or statement that info.json names for every image: an address of Creative Commons or "
        "RightsStatements.org, such as http://creativecommons.org/licenses/by/4.0/. Empty: none.",
    )
    attribution = models.CharField(
        max_length=500,
        blank=True,
        help_text="Whom manifests and version 2 of the Image API name for every image. Empty: nobody.",
    )
    rights_fields = models.CharField(
        "rights from the image",
        max_length=500,
        blank=True,
        validators=[validate_field_names],
        help_text="Fields of the image's own words, with blanks between them; the first that an image has goes before "
        "the rights above, such as xmp:xmpRights:WebStatement. What is no address is passed over. Empty: none.",
    )
    attribution_fields = models.CharField(
        "attribution from the image",
        max_length=500,
        blank=True,
        validators=[validate_field_names],
        help_text="Fields that go before the attribution above, such as iptc:CopyrightNotice xmp:dc:rights. Empty: "
        "none.",
    )
    label_fields = models.CharField(
        "title from the image",
        max_length=500,
        blank=True,
        default="xmp:dc:title iptc:ObjectName xmp:photoshop:Headline iptc:Headline",
        validators=[validate_field_names],
        help_text="Fields for the label of a manifest. An image that has none of them is called by its file. Empty: "
        "all are.",
    )
    logo = models.URLField(
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="The address of a small picture, which manifests and version 2 of the Image API name. Empty: none.",
    )
    preferred_formats = models.CharField(
        max_length=50,
        blank=True,
        validators=[validate_formats],
        help_text="What viewers of version 3 ask for, the best first, such as webp jpg. Some then ask for every tile "
        "in the first of them. Empty: they choose.",
    )
    oversized_box = models.CharField(
        "!w,h larger than the region",
        max_length=10,
        choices=OversizedBox,
        default=OversizedBox.CLAMP,
        help_text="What version 3 answers when the box of a size like !2000,2000 is larger than the region.",
    )
    version_1_lenient = models.BooleanField(
        "lenient in 1.1",
        default=False,
        help_text="Answers what some viewers ask wrongly with what they mean, where the standard makes it an error: a "
        "size above the limits, a size that is larger than the region where nothing may be enlarged, a region that "
        "begins left of the image or above it.",
    )
    version_2_lenient = models.BooleanField("lenient in 2.1.1", default=False, help_text="The same for version 2.")
    version_3_lenient = models.BooleanField(
        "lenient in 3.0",
        default=False,
        help_text="The same for version 3, where Mirador, Universal Viewer and Clover ask for thumbnails that are "
        "larger than a small picture, and show none.",
    )
    tile_size = models.PositiveIntegerField(
        default=512,
        validators=[MinValueValidator(64), MaxValueValidator(4096)],
        help_text="What is advertised for images that are not stored in tiles of a sensible size, in pixels.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "endpoints"

    def clean(self) -> None:
        if self.max_height and not self.max_width:
            raise ValidationError({"max_width": "A max height needs a max width beside it (Image API 3.0, 5.3)."})

    def frozen(self) -> Endpoints:
        """The row as requests use it."""
        switches = {
            ApiVersion.V1: self.version_1_enabled,
            ApiVersion.V2: self.version_2_enabled,
            ApiVersion.V3: self.version_3_enabled,
        }
        lenient = {
            ApiVersion.V1: self.version_1_lenient,
            ApiVersion.V2: self.version_2_lenient,
            ApiVersion.V3: self.version_3_lenient,
        }
        return Endpoints(
            versions=frozenset(version for version, enabled in switches.items() if enabled),
            rules=self.size_rules(),
            lenient=frozenset(version for version, is_lenient in lenient.items() if is_lenient),
            meta_delimiter=self.meta_delimiter,
            reads_page_arguments=self.reads_page_arguments,
            preferred_formats=tuple(Format(extension) for extension in self.preferred_formats.split()),
            manifests=self.manifests_enabled,
            collections=self.collections_enabled,
        )

    def descriptions(self) -> Descriptions:
        """What is said of images, with the links that are set up beside this row."""
        return Descriptions(
            fixed=Statements(
                rights=self.rights,
                attribution=(Text(self.attribution),) if self.attribution else (),
                logo=self.logo,
            ),
            mapping=FieldMapping(
                rights=tuple(self.rights_fields.split()),
                attribution=tuple(self.attribution_fields.split()),
                label=tuple(self.label_fields.split()),
            ),
            links=active_links(DescriptionLink.objects.all()),
        )

    def size_rules(self) -> SizeRules:
        """The limits and choices; a max scale of 1 is no enlarging at all."""
        allows_upscaling = self.allows_upscaling and self.max_scale != 1
        return SizeRules(
            limits=Limits(max_width=self.max_width, max_height=self.max_height, max_area=self.max_pixels),
            allows_upscaling=allows_upscaling,
            max_scale=Fraction(str(self.max_scale)) if self.max_scale and allows_upscaling else None,
            min_size=self.min_size,
            restricts_to_sizes=self.restricts_to_sizes,
            refuses_oversized_box=self.oversized_box == self.OversizedBox.REFUSE,
            default_tile=Extent(self.tile_size, self.tile_size),
        )
