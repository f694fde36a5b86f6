from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.urls import reverse

pytestmark = pytest.mark.django_db


def attempt(client, password, name="admin", **more):
    return client.post(reverse("admin:login"), {"username": name, "password": password}, **more)


@pytest.fixture
def locked_out(client, admin_user):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt(client, "wrong")
    return client


def test_the_right_password_opens_the_admin(client, admin_user):
    assert attempt(client, "password").status_code == 302


def test_after_too_many_wrong_passwords_the_right_one_does_not_help_either(locked_out):
    answer = attempt(locked_out, "password")
    assert answer.status_code == 429
    assert "Wait a quarter of an hour" in answer.content.decode()


def test_the_same_name_may_still_sign_in_from_elsewhere(locked_out):
    assert attempt(locked_out, "password", REMOTE_ADDR="203.0.113.9").status_code == 302


def test_another_name_may_still_sign_in_from_the_same_place(locked_out, django_user_model):
    django_user_model.objects.create_superuser("other", password="password")
    assert attempt(locked_out, "password", "other").status_code == 302


def test_a_success_makes_earlier_failures_forgotten(client, admin_user):
    attempt(client, "wrong")
    attempt(client, "password")
    assert not AccessAttempt.objects.exists()


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites():
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
