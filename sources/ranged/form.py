"""The fields that the forms of all remote sources end with."""

from __future__ import annotations

from typing import Any

from django import forms

from iiifserver.secrets import RemovableSecret


class SecretText(RemovableSecret, forms.Textarea):
    """Several lines that are a secret: nothing that was typed or stored is ever shown."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 4, "class": "vLargeTextField", "autocomplete": "off", "spellcheck": "false"})

    def format_value(self, value: Any) -> None:
        return None


class RemoteForm(forms.Form):
    connect_seconds = forms.FloatField(
        label="Time to connect",
        initial=5,
        min_value=0.1,
        max_value=120,
        help_text="In seconds. A server that has not taken the connection by then counts as unreachable.",
    )
    read_seconds = forms.FloatField(
        label="Longest pause",
        initial=20,
        min_value=0.1,
        max_value=600,
        help_text="In seconds. An answer in which nothing comes for so long is given up.",
    )
    whole_seconds = forms.FloatField(
        label="Time in all",
        initial=60,
        min_value=0.1,
        max_value=3600,
        help_text="In seconds, for one piece of an image with all attempts to get it.",
    )
    connections = forms.IntegerField(
        label="Connections",
        initial=20,
        min_value=1,
        max_value=500,
        help_text="The most that each worker keeps open to one host; further requests wait for a free one.",
    )
    look_again_seconds = forms.FloatField(
        label="Look again after",
        initial=10,
        min_value=0,
        max_value=86_400,
        help_text="In seconds. For so long nobody asks whether an image is still there and still the same, which makes "
        "tiles quick. An image that is replaced may be seen as it was for so long, unless somebody tells of the "
        "change. 0 asks every time.",
    )
    block_kilobytes = forms.IntegerField(
        label="Block size",
        initial=64,
        min_value=1,
        max_value=10_000,
        help_text="In kilobytes. So much of an image is fetched first, and again wherever more is needed, so that "
        "nearby parts come along. Tiles whose place is known are fetched exactly.",
    )
    request_cache_megabytes = forms.IntegerField(
        label="Memory per request",
        initial=16,
        min_value=0,
        max_value=10_000,
        help_text="In megabytes. How much of an image a request keeps in memory while it works.",
    )
    shared_cache_megabytes = forms.IntegerField(
        label="Shared cache",
        initial=500,
        min_value=0,
        max_value=1_000_000,
        help_text="In megabytes, on the disk of the server. Pieces of images that were fetched are kept there for all "
        "workers, also across restarts; those used longest ago make room. 0 keeps none.",
    )
    largest_whole_megabytes = forms.IntegerField(
        label="Largest whole image",
        initial=200,
        min_value=1,
        max_value=100_000,
        help_text="In megabytes. An image whose server gives no pieces is fetched as a whole into a temporary file, "
        "and refused when it is larger than this.",
    )
