from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest
from django import forms

from iiifserver.backend import Backend, BackendError


@dataclass(frozen=True, slots=True, kw_only=True)
class LampOptions:
    colour: str
    watts: int = 40

    def __post_init__(self) -> None:
        if self.watts < 0:
            raise ValueError("A lamp takes no less than 0 watts.")


class Lamp(Backend):
    label = "Lamp"
    options_class = LampOptions


def test_options_become_a_frozen_value():
    lamp = Lamp.build({"colour": "red"})
    assert lamp.options == LampOptions(colour="red", watts=40)
    with pytest.raises(FrozenInstanceError):
        lamp.options.watts = 60


@pytest.mark.parametrize(
    ("options", "reason"),
    [({}, "colour"), ({"colour": "red", "size": 3}, "size"), ({"colour": "red", "watts": -1}, "0 watts")],
)
def test_options_that_do_not_fit_are_a_sentence_for_staff(options: dict[str, object], reason: str):
    with pytest.raises(BackendError, match=reason):
        Lamp.build(options)


def test_what_is_not_filled_in_is_called_as_in_the_form():
    class LampForm(forms.Form):
        colour = forms.CharField(label="Colour of the light")

    class LampWithForm(Lamp):
        form_class = LampForm

    with pytest.raises(BackendError, match="Not filled in yet: Colour of the light"):
        LampWithForm.build({})


def test_a_constructor_that_forgets_its_parents_is_told():
    class Candle(Lamp):
        def __init__(self, options: LampOptions) -> None:
            self.colour = options.colour

    with pytest.raises(BackendError, match="Lamp was made without its options"):
        Candle.build({"colour": "red"})


def test_a_backend_has_no_problems_unless_it_says_so():
    assert list(Lamp.build({"colour": "red"}).problems()) == []
