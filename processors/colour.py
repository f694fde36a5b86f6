"""Every kind of pixel that files hold becomes eight-bit RGB or gray, with alpha where there was some, and sRGB."""

from __future__ import annotations

import hashlib
import io
import logging
import math
from functools import lru_cache

from PIL import Image, ImageCms

logger = logging.getLogger("iiifserver.processors")

DIRECT_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
SIXTEEN_BIT_MODES = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
DEEP_MODES = frozenset({"I", "F"})
"""Gray of 32 bits, whole numbers or fractions."""

ORDINARY_WHITES = (1.0, 255.0, 65_535.0)
"""What white may be where pixels are deep and the file does not say it."""

LARGEST_PROFILE_BYTES = 4 * 1024 * 1024

UNSHOWN_MODES = frozenset({"CMYK", "LAB"})
"""What is sRGB in every answer, whatever is kept: hardly a viewer can show these."""

TRANSFORMS = {"L": ("GRAY", "RGB"), "RGB": ("RGB ", "RGB"), "RGBA": ("RGB ", "RGBA"), "CMYK": ("CMYK", "RGB")}
"""For each mode, the colour space that a profile must be of, and the mode that comes out."""


def direct_colours(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    """The picture as L, LA, RGB or RGBA, and the profile that tells what these values mean; `None` where it is sRGB.

    CMYK and Lab become sRGB; a profile that is damaged or of another colour space is ignored. Nothing else that the
    file says of the picture is left in it. May change the pixels of the image it is given.
    """
    image = in_eight_bits(without_palette(image))
    if image.mode not in UNSHOWN_MODES:
        return bare(in_direct_mode(image)), profile
    image = with_profile(image, profile) if profile else image
    return bare(in_direct_mode(image)), None


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """A picture of a direct mode, converted from its profile. May change the pixels of the image it is given."""
    return bare(with_profile(image, profile))


def bare(image: Image.Image) -> Image.Image:
    """The same pixels without profile, comment and tags: encoders would write those into the answer."""
    plain = image._new(image.im)
    plain.info = {}
    return plain


def without_palette(image: Image.Image) -> Image.Image:
    """Real colours in place of palette indices; a transparent palette entry becomes alpha."""
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in {"1", "L", "RGB"} and image.has_transparency_data:
        return image.convert("RGBA" if image.mode == "RGB" else "LA")
    return image


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Gray of sixteen bits as gray of eight, by the high byte; deep gray by the darkest and lightest pixel."""
    if image.mode in SIXTEEN_BIT_MODES:
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return shallow(image) if image.mode in DEEP_MODES else image


def shallow(image: Image.Image, whites: tuple[float, ...] = ORDINARY_WHITES) -> Image.Image:
    """Deep gray as gray of eight bits. Needs the whole image, or tiles of one image would differ in brightness.

    Raises `ValueError` where pixels have no finite values.
    """
    black, white = span_of(*image.getextrema(), whites=whites)
    factor = 255 / (white - black)
    return image.point(lambda value: value * factor - black * factor).convert("L")


def whites_up_to(largest: float) -> tuple[float, ...]:
    """What white may be where no value can be larger than that."""
    return tuple(dict.fromkeys(min(white, largest) for white in ORDINARY_WHITES))


def span_of(lowest: float, highest: float, *, whites: tuple[float, ...] = ORDINARY_WHITES) -> tuple[float, float]:
    """Which values are black and white, for pixels that lie between these two: 0 and the first white that none is
    above; where some are, or lie below 0, the darkest and the lightest that there are.
    """
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        raise ValueError("Some pixels have no finite value.")
    if lowest >= 0:
        for white in whites:
            if highest <= white:
                return 0, white
    return lowest, max(highest, lowest + 1)


def in_direct_mode(image: Image.Image) -> Image.Image:
    if image.mode in DIRECT_MODES:
        return image
    if image.mode == "LAB":
        return lab_transform().apply(image)
    return image.convert({"1": "L", "La": "LA", "RGBa": "RGBA"}.get(image.mode, "RGB"))


def with_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture converted from its own colour profile to sRGB."""
    if image.mode == "LA":
        return with_alpha(with_profile(image.getchannel("L"), profile), image.getchannel("A"))
    if image.mode not in TRANSFORMS or len(profile) > LARGEST_PROFILE_BYTES:
        return image
    try:
        transform = srgb_transform(ProfileBytes(profile), image.mode)
        return transformed(image, transform) if transform else image
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        logger.info("A colour profile was ignored: %s", error)
        return image


def transformed(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    """The picture in sRGB: in place where it can hold that, and gray where it was gray."""
    if image.mode == transform.output_mode:
        image.load()
        return transform.apply_in_place(image)
    converted = transform.apply(image)
    return converted.convert("L") if image.mode == "L" else converted


def with_alpha(gray: Image.Image, alpha: Image.Image) -> Image.Image:
    gray.putalpha(alpha)
    return gray


def needs_conversion(profile: bytes | None, mode: str) -> bool:
    """Whether pixels of that mode with this profile are changed on their way to sRGB."""
    if not profile or len(profile) > LARGEST_PROFILE_BYTES:
        return False
    try:
        return srgb_transform(ProfileBytes(profile), mode) is not None
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False


def is_profile_for(profile: bytes, mode: str) -> bool:
    """Whether it is a sound profile, and one for such pixels."""
    if len(profile) > LARGEST_PROFILE_BYTES:
        return False
    return space_of(ProfileBytes(profile)) == TRANSFORMS[mode.removesuffix("A")][0]


class ProfileBytes:
    """The bytes of a colour profile, hashed once and fit to be a key."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.digest = hashlib.blake2b(content, digest_size=16).digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProfileBytes) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=64)
def space_of(profile: ProfileBytes) -> str | None:
    """The colour space of what a profile describes, as ICC names it; `None` for a profile that is damaged."""
    try:
        space: str = ImageCms.ImageCmsProfile(io.BytesIO(profile.content)).profile.xcolor_space
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return space


@lru_cache(maxsize=64)
def srgb_transform(profile: ProfileBytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from a profile to sRGB; `None` when the profile is sRGB itself or not one for such pixels."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile.content))
    space, output_mode = TRANSFORMS[mode]
    if source.profile.xcolor_space != space or is_srgb(source):
        return None
    return transform_to_srgb(source, mode, output_mode)


@lru_cache(maxsize=1)
def lab_transform() -> ImageCms.ImageCmsTransform:
    return transform_to_srgb(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB", "RGB")


def transform_to_srgb(source: ImageCms.ImageCmsProfile, mode: str, output_mode: str) -> ImageCms.ImageCmsTransform:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    return ImageCms.ImageCmsTransform(
        source, srgb, mode, output_mode, intent, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION
    )


def is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    description = profile.profile.profile_description or ""
    return "sRGB" in description and "linear" not in description.lower()


def flattened(image: Image.Image, background: str) -> Image.Image:
    """The picture on a background of that colour, without alpha."""
    if image.mode not in {"LA", "RGBA"}:
        return image
    canvas = Image.new("RGBA", image.size, background)
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas.convert("L" if image.mode == "LA" and is_neutral(background) else "RGB")


def is_neutral(colour: str) -> bool:
    return len(set(Image.new("RGB", (1, 1), colour).getpixel((0, 0)))) == 1  # type: ignore[arg-type]
