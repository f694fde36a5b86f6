from __future__ import annotations

import pytest

from images.pages import documentation

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text(
        "<p>Guide</p><script>first()</script><script>first()</script><script src=a.js></script>"
    )
    (tmp_path / "style.css").write_text("p {}")
    monkeypatch.setattr(documentation, "FOLDER", tmp_path)
    return tmp_path


def policy_of(answer):
    return answer.headers["Content-Security-Policy"]


def test_the_front_page_stands_at_the_address_itself(client, built):
    assert b"Guide" in client.get("/docs/").content


def test_other_files_are_sent_as_what_they_are(client, built):
    answer = client.get("/docs/style.css")
    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (b"p {}", "text/css")


def test_a_script_in_the_page_is_allowed_by_what_it_says_alone(client, built):
    value = policy_of(client.get("/docs/index.html"))
    assert value.count("'sha256-") == 2  # the script, and the style of the pages for failures
    assert "unsafe-inline" not in value


@pytest.mark.parametrize(
    "path", ["nothing.html", "nothing.png", "..%2f..%2fmodels.py", "../secret.html", "..%2fsecret.html", "%00.html"]
)
def test_what_is_not_there_and_what_lies_outside_is_not_found(client, built, path):
    (built.parent / "secret.html").write_text("secret")
    assert client.get(f"/docs/{path}").status_code in {400, 404}


def test_the_landing_page_links_to_it_only_where_it_was_built(client, db, built):
    assert 'href="/docs/"' in client.get("/").content.decode()
    (built / "index.html").unlink()
    assert 'href="/docs/"' not in client.get("/").content.decode()
