"""The processors as staff have set them up, which formats they get, and how pictures are written."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from PIL import ImageColor

from iiifserver.configured import ConfigurationModel, ConfiguredBackend, Singleton
from iiifserver.iiif.source_formats import format_labels, label_of

from .encoders import EncoderSettings
from .metadata import Keep, MetadataSettings
from .output import Filter, Output
from .own_words import HELP, unknown_words


class Processor(ConfiguredBackend):
    """A way to read images; the first that can read a file does."""


def format_choices() -> list[tuple[str, str]]:
    """Names and labels of the formats that there are, those of plug-ins among them."""
    return list(format_labels().items())


class FormatAssignment(ConfigurationModel):
    """Files of one format go to one processor, whatever the order says. Formats without an assignment are given out
    automatically.
    """

    format_name = models.CharField("format", max_length=20, unique=True, choices=format_choices)
    processor = models.ForeignKey(Processor, on_delete=models.CASCADE, related_name="assignments")
    falls_back = models.BooleanField(
        "fall back",
        default=True,
        help_text="Whether the other processors are asked, in their order, about a file that this one declines.",
    )

    class Meta:
        ordering = ("format_name",)

    def __str__(self) -> str:
        return label_of(self.format_name)

    def clean(self) -> None:
        from .registry import processors

        if self.processor_id and self.processor.kind in processors:
            formats = processors.get(self.processor.kind).formats
            if self.format_name not in formats:
                reads = ", ".join(sorted(map(label_of, formats)))
                raise ValidationError({"processor": f"This processor does not read the format; it reads {reads}."})


def validate_colour(text: str) -> None:
    """A colour as CSS writes it."""
    try:
        ImageColor.getrgb(text)
    except ValueError as error:
        raise ValidationError(f"“{text}” is no colour: write a name such as white, or #rrggbb.") from error


def validate_line(text: str) -> None:
    """A text without line breaks and other control characters."""
    if not text.isprintable():
        raise ValidationError("Write one line, without tabs and other characters that do not print.")


def validate_words(text: str) -> None:
    """A text in which every word in braces stands for something."""
    if unknown := unknown_words(text):
        raise ValidationError(f"“{{{unknown[0]}}}” stands for nothing. {HELP}")


class OutputSettings(Singleton):
    """How pictures are scaled and written."""

    class TiffCompression(models.TextChoices):
        LZW = "tiff_lzw", "LZW"
        DEFLATE = "tiff_adobe_deflate", "Deflate"
        JPEG = "jpeg", "JPEG"
        RLE = "packbits", "RLE (PackBits)"
        NONE = "raw", "none"

    class Metadata(models.TextChoices):
        NOTHING = Keep.NOTHING.value, "nothing"
        RIGHTS = Keep.RIGHTS.value, "rights: who made it, whose it is, how it may be used"
        ALL = Keep.ALL.value, "all: whatever tells of the picture"

    FILTERS = [
        (Filter.LANCZOS3.value, "lanczos3: the sharpest"),
        (Filter.BICUBIC.value, "bicubic: sharp, a little quicker"),
        (Filter.HAMMING.value, "hamming: sharper than triangle, as quick"),
        (Filter.TRIANGLE.value, "triangle: soft and quick"),
        (Filter.BOX.value, "box: averages, the quickest"),
        (Filter.MITCHELL.value, "mitchell: here the same as bicubic"),
        (Filter.HERMITE.value, "hermite: here the same as hamming"),
        (Filter.BELL.value, "bell: here the same as triangle"),
        (Filter.BSPLINE.value, "bspline: here the same as triangle"),
    ]

    jpeg_quality = models.PositiveSmallIntegerField(
        "JPEG quality",
        default=85,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="From 1 to 100. 80 to 90 is usual; more makes large files.",
    )
    jpeg_progressive = models.BooleanField(
        "progressive JPEG", default=False, help_text="Slightly smaller files that take five times as long to write."
    )
    png_compression = models.PositiveSmallIntegerField(
        "PNG compression",
        default=3,
        validators=[MaxValueValidator(9)],
        help_text="From 0, none, to 9. The pixels are always the same; above 3, files get a little smaller and take "
        "longer to write.",
    )
    webp_quality = models.PositiveSmallIntegerField(
        "WebP quality", default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    avif_quality = models.PositiveSmallIntegerField(
        "AVIF quality", default=65, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    tiff_compression = models.CharField(
        "TIFF compression", max_length=20, choices=TiffCompression, default=TiffCompression.LZW
    )
    background = models.CharField(
        max_length=50,
        default="white",
        validators=[validate_colour],
        help_text="A CSS colour. In JPEG it shows where a picture is transparent, and in the corners after a rotation.",
    )
    downscale_filter = models.CharField(
        "filter for scaling down", max_length=10, choices=FILTERS, default=Filter.LANCZOS3.value
    )
    upscale_filter = models.CharField(
        "filter for scaling up", max_length=10, choices=FILTERS, default=Filter.BICUBIC.value
    )
    sharpen = models.FloatField(
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="From 0, not at all, to 1. Applied after scaling.",
    )
    linear_light = models.BooleanField(
        "scale down in linear light",
        default=False,
        help_text="Averages light instead of stored values, so that fine lines and patterns keep their brightness "
        "when they are made smaller. Takes longer: JPEG and PNG are then decoded in full size.",
    )
    keeps_profile = models.BooleanField(
        "keep colour profiles",
        default=False,
        help_text="Pictures stay in the colours of their own ICC profile, which is written into each answer, instead "
        "of being converted to sRGB. For viewers that know profiles and originals with more colours than sRGB has. "
        "CMYK is converted all the same.",
    )

    metadata = models.CharField(
        "kept of EXIF, IPTC and XMP",
        max_length=10,
        choices=Metadata,
        default=Metadata.RIGHTS,
        help_text="What a file says of itself in words, and how much of that goes into answers that show the whole "
        "image. Tiles and other parts hold no words. Thumbnails, and what is true of the file alone, are never kept.",
    )
    keeps_location = models.BooleanField(
        "keep the location",
        default=False,
        help_text="Whether the coordinates of the place where a picture was taken are among all that is kept.",
    )
    copyright_notice = models.CharField(
        max_length=500,
        blank=True,
        validators=[validate_line, validate_words],
        help_text="Written into answers in place of the file's own notice, such as © City Library. Empty: the file's "
        f"own is kept. {HELP}",
    )
    credit = models.CharField(
        "credit line",
        max_length=200,
        blank=True,
        validators=[validate_line, validate_words],
        help_text="Written into answers in place of the file's own credit line; the same words in braces. Empty: the "
        "file's own is kept.",
    )
    source = models.CharField(
        max_length=500,
        blank=True,
        validators=[validate_line, validate_words],
        help_text="Where the picture comes from, written into answers as XMP (dc:source), such as "
        "https://museum.example/objects/{filename}; the same words in braces. Empty: the file's own is kept.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "output"

    def frozen(self) -> Output:
        """The row as requests use it."""
        return Output(
            encoder=EncoderSettings(
                jpeg_quality=self.jpeg_quality,
                jpeg_progressive=self.jpeg_progressive,
                png_compress_level=self.png_compression,
                webp_quality=self.webp_quality,
                avif_quality=self.avif_quality,
                tiff_compression=self.tiff_compression,
            ),
            downscale_filter=Filter(self.downscale_filter),
            upscale_filter=Filter(self.upscale_filter),
            sharpen=self.sharpen,
            linear_light=self.linear_light,
            keeps_profile=self.keeps_profile,
            background=self.background,
            metadata=MetadataSettings(
                keep=Keep(self.metadata),
                keeps_location=self.keeps_location,
                copyright_notice=self.copyright_notice,
                credit=self.credit,
                source=self.source,
            ),
        )
