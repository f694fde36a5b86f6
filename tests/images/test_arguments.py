"""Arguments that change a header or the use of caches, and never the picture."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from images import pipeline
from images.jobs.tokens import ApiToken, digest_of, new_token

IMAGE = "/iiif/3/card.png/full/100,/0/default.jpg"
INFO = "/iiif/3/card.png/info.json"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("inline", 'inline; filename="card.png.jpg"'),
        ("attachment", 'attachment; filename="card.png.jpg"'),
        ("attachment%3B%20filename%3D%22my+cat.jpg%22", 'attachment; filename="my cat.jpg"'),
        ("attachment%3B%20filename%3D%22100%2525.jpg%22", 'attachment; filename="10025.jpg"'),
        (
            "attachment%3Bfilename*%3DUTF-8%27%27caf%25C3%25A9.jpg",
            "attachment; filename=\"caf_.jpg\"; filename*=UTF-8''caf%C3%A9.jpg",
        ),
    ],
)
def test_a_picture_can_be_saved_under_a_name(service, query, expected):
    """I3-221, parity 1.4: decoded once; Cantaloupe's lesson 26."""
    response = service.get(f"{IMAGE}?response-content-disposition={query}")
    assert response["Content-Disposition"] == expected


@pytest.mark.parametrize("query", ["", "?response-content-disposition=", "?response-content-disposition=x%0D%0AEvil:1"])
def test_nothing_is_said_unless_asked(service, query):
    response = service.get(f"{IMAGE}{query}")
    assert response.status_code == 200
    assert "Content-Disposition" not in response


def test_the_name_is_in_no_cache(service, monkeypatch):
    plain = service.get(IMAGE)
    monkeypatch.delattr(pipeline, "render")
    named = service.get(f"{IMAGE}?response-content-disposition=attachment")
    assert (named.content, named["ETag"], named["Link"]) == (plain.content, plain["ETag"], plain["Link"])


# --- cache= -------------------------------------------------------------------------------------------------------


@pytest.fixture
def renders(service, monkeypatch):
    """How often a picture was made and a header was read."""
    counts = {"pictures": 0, "headers": 0}
    render, inspect = pipeline.render, service_inspect()

    def counted_render(*args):
        counts["pictures"] += 1
        return render(*args)

    def counted_inspect(*args):
        counts["headers"] += 1
        return inspect(*args)

    monkeypatch.setattr(pipeline, "render", counted_render)
    monkeypatch.setattr("processors.runtime.Processors.inspect", counted_inspect)
    return counts


def service_inspect():
    from processors.runtime import Processors

    return Processors.inspect


@pytest.fixture
def keeper_of_caches(service, django_user_model):
    """Signs somebody in who may change caches."""
    user = django_user_model.objects.create_user("ann", is_staff=True)
    user.user_permissions.add(Permission.objects.get(content_type__app_label="iiif_caching", codename="change_cache"))
    service.client.force_login(user)
    return user


@pytest.mark.parametrize("value", ["false", "nocache"])
def test_without_caches_nothing_is_read_nor_put(service, keeper_of_caches, renders, value):
    """Parity 1.4, Cantaloupe's lesson 11."""
    for _ in range(2):
        response = service.get(f"{IMAGE}?cache={value}")
        assert response["Cache-Control"] == "no-store"
    assert renders == {"pictures": 2, "headers": 2}
    service.get(IMAGE)
    assert renders == {"pictures": 3, "headers": 3}


def test_made_anew_it_takes_the_place_of_what_was_there(service, keeper_of_caches, renders):
    """Parity 1.4."""
    service.get(IMAGE)
    response = service.get(f"{IMAGE}?cache=recache")
    assert "max-age" in response["Cache-Control"]
    assert renders == {"pictures": 2, "headers": 2}
    service.get(IMAGE)
    assert renders == {"pictures": 2, "headers": 2}


def test_made_anew_is_made_even_for_who_has_it(service, keeper_of_caches, renders):
    etag = service.get(IMAGE)["ETag"]
    assert service.get(f"{IMAGE}?cache=recache", if_none_match=etag).status_code == 200
    assert renders["pictures"] == 2


def test_an_information_without_caches_is_not_kept(service, keeper_of_caches):
    """Cantaloupe's lesson 11."""
    assert service.get(f"{INFO}?cache=false")["Cache-Control"] == "no-store"
    assert service.get(f"{INFO}?cache=true")["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize(("network", "pictures"), [("127.0.0.0/8", 2), ("192.0.2.1", 1), ("::1", 1)])
def test_a_listed_address_steers_caches_without_signing_in(service, http, renders, network, pictures):
    http(cache_steering=network)
    service.get(IMAGE)
    service.get(f"{IMAGE}?cache=recache")
    assert renders["pictures"] == pictures


@pytest.mark.parametrize(("may_purge", "pictures"), [(True, 2), (False, 1)])
def test_a_token_that_may_purge_steers_caches(service, renders, may_purge, pictures):
    text = new_token()
    ApiToken.objects.create(name="catalogue", digest=digest_of(text), may_purge=may_purge)
    service.get(IMAGE)
    service.get(f"{IMAGE}?cache=recache", authorization=f"Bearer {text}")
    assert renders["pictures"] == pictures


@pytest.mark.parametrize("shown", ["Bearer iiif_x", "Bearer ", "Basic eDp5", ""])
def test_what_is_no_token_steers_nothing(service, renders, shown):
    service.get(IMAGE)
    service.get(f"{IMAGE}?cache=recache", authorization=shown)
    assert renders["pictures"] == 1


@pytest.mark.parametrize("value", ["false", "nocache", "recache"])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_nobody_else_can_go_past_the_caches(service, renders, django_user_model, value, is_signed_in):
    if is_signed_in:
        service.client.force_login(django_user_model.objects.create_user("ben", is_staff=True))
    service.get(IMAGE)
    response = service.get(f"{IMAGE}?cache={value}")
    assert renders == {"pictures": 1, "headers": 1}
    assert "max-age" in response["Cache-Control"]
