"""As whom the object stores are asked: keys of a row, of the environment, of a profile, of the machine, or nobody."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import override_settings

from iiifserver.iiif.errors import Forbidden, SourceUnavailable
from iiifserver.testing import content_of
from sources.backends.azure import AzureForm, AzureSource
from sources.backends.gcs import GcsSource
from sources.backends.http import HttpSource
from sources.backends.s3 import S3Source
from sources.base import Place
from tests.certificates import write_certificate
from tests.object_stores import AZURE_ACCOUNT, AZURE_KEY, azure_server
from tests.sources.web_server import Handler, WebServer, web_server

AWS_VARIABLES = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN", "AWS_EC2_METADATA_DISABLED",
)  # fmt: skip
IN_AN_HOUR = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without credentials of its own, whose credentials sources may use; they may ask `localhost` alone."""
    for name in (*AWS_VARIABLES, "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "AZURE_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "CLOUDSDK_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / name))
    fence = {
        "HOME": tmp_path / "home",
        "REMOTE_HOSTS": ["localhost"],
        "PRIVATE_NETWORKS": ["127.0.0.0/8", "::1/128"],
        "AMBIENT_CREDENTIALS": True,
    }
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, **fence}):
        yield


@pytest.fixture
def store(machine) -> Iterator[WebServer]:
    """A store that takes any credentials and notes them."""
    with web_server() as server:
        server.put("/pictures/a.png", b"here", modified=1_000_000_000)
        yield server


@pytest.fixture
def token_service(machine) -> Iterator[WebServer]:
    """What hands out credentials to this machine: a place that no source may ask."""
    with web_server() as server:
        yield server


def named(web: WebServer) -> str:
    return web.address.replace("127.0.0.1", "localhost")


def answer(handler: Handler, content: object, **headers: str) -> bool:
    text = content if isinstance(content, str) else json.dumps(content)
    handler.answer(200, {"Content-Length": str(len(text)), "Content-Type": "application/json", **headers})
    handler.body(text.encode())
    return True


# S3


def s3_source(store: WebServer, **options: object) -> S3Source:
    own = {"bucket": "pictures", "endpoint": named(store), "addressing": "path", "credentials": "ambient"}
    return S3Source.build({**own, **options})


def key_shown_to(store: WebServer) -> str:
    """The public half of the key by which the last request was signed."""
    return store.requests[-1].headers["authorization"].partition("Credential=")[2].partition("/")[0]


def write_profile(name: str, path: str, key: str) -> None:
    Path(path).write_text(f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = secret\n")


def test_the_keys_of_a_row_go_before_those_of_the_machine(store: WebServer, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OFTHEMACHINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    row = {"credentials": "static", "access_key_id": "OFTHEROW", "secret_access_key": "secret"}
    assert content_of(s3_source(store, **row), "a.png") == b"here"
    assert key_shown_to(store) == "OFTHEROW"


def test_the_environment_has_keys_for_s3(store: WebServer, monkeypatch):
    for name, value in (("ACCESS_KEY_ID", "OFTHEENV"), ("SECRET_ACCESS_KEY", "s"), ("SESSION_TOKEN", "for-now")):
        monkeypatch.setenv(f"AWS_{name}", value)
    assert content_of(s3_source(store), "a.png") == b"here"
    assert (key_shown_to(store), store.requests[-1].headers["x-amz-security-token"]) == ("OFTHEENV", "for-now")


def test_a_row_names_a_profile(store: WebServer, tmp_path: Path):
    write_profile("museum", str(tmp_path / "AWS_SHARED_CREDENTIALS_FILE"), "OFTHEMUSEUM")
    assert content_of(s3_source(store, profile="museum"), "a.png") == b"here"
    assert key_shown_to(store) == "OFTHEMUSEUM"


def test_the_environment_names_a_profile(store: WebServer, tmp_path: Path, monkeypatch):
    write_profile("museum", str(tmp_path / "AWS_SHARED_CREDENTIALS_FILE"), "OFTHEMUSEUM")
    monkeypatch.setenv("AWS_PROFILE", "museum")
    assert content_of(s3_source(store), "a.png") == b"here"
    assert key_shown_to(store) == "OFTHEMUSEUM"


def test_a_profile_that_there_is_not_is_told(store: WebServer):
    with pytest.raises(SourceUnavailable):
        s3_source(store, profile="museum").find(Place(name="a.png"))
    assert store.requests == []


def instance(handler: Handler) -> bool:
    """Amazon's service for its machines, in its second version: a token first."""
    if handler.command == "PUT":
        return answer(handler, "a-token")
    assert handler.request_seen.headers["x-aws-ec2-metadata-token"] == "a-token"
    if handler.path.endswith("/security-credentials/"):
        return answer(handler, "the-role")
    keys = {"AccessKeyId": "OFTHEINSTANCE", "SecretAccessKey": "secret", "Token": "for-now"}
    return answer(handler, {**keys, "Code": "Success", "Expiration": f"{IN_AN_HOUR:%Y-%m-%dT%H:%M:%SZ}"})


def test_an_instance_is_given_keys_that_only_their_own_client_may_fetch(
    store: WebServer, token_service: WebServer, monkeypatch
):
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", token_service.address)
    token_service.fault = instance
    assert content_of(s3_source(store), "a.png") == b"here"
    assert (key_shown_to(store), store.requests[-1].headers["x-amz-security-token"]) == ("OFTHEINSTANCE", "for-now")
    check_nobody_else_gets_in(token_service)


def check_nobody_else_gets_in(token_service: WebServer) -> None:
    seen = len(token_service.requests)
    with pytest.raises(SourceUnavailable):
        HttpSource.build({"base_url": "http://localhost/"}).find(
            Place(name="a", details={"url": f"{token_service.address}/latest/meta-data/"})
        )
    with pytest.raises(SourceUnavailable):
        S3Source.build({"bucket": "pictures", "credentials": "anonymous"}).find(
            Place(name="a", details={"endpoint": token_service.address})
        )
    assert len(token_service.requests) == seen


def test_a_machine_without_credentials_is_told(store: WebServer, monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SourceUnavailable, match="no credentials"):
        s3_source(store).find(Place(name="a.png"))


# Google


def google_source(store: WebServer, **options: object) -> GcsSource:
    return GcsSource.build({"bucket": "pictures", "endpoint": named(store), **options})


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def service_account(private_key: str, token_uri: str) -> str:
    known = {"type": "service_account", "client_email": "images@museum.example", "private_key_id": "1"}
    return json.dumps({**known, "private_key": private_key, "token_uri": token_uri, "project_id": "museum"})


def one_object(handler: Handler) -> bool:
    """What Google's store says of one object, and its bytes."""
    if handler.path.startswith("/download/"):
        handler.answer(206, {"Content-Length": "4", "Content-Range": "bytes 0-3/4"})
        handler.body(b"here")
        return True
    return answer(handler, {"name": "a.png", "size": "4", "generation": "7", "updated": "2026-01-02T03:04:05.678Z"})


def giving_a_token(handler: Handler) -> bool:
    return answer(handler, {"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer"})


def check_the_token_is_shown(store: WebServer) -> None:
    assert {request.headers["authorization"] for request in store.requests} == {"Bearer t0ken"}


def test_a_service_account_signs_for_a_token_that_only_reads(store: WebServer, private_key: str):
    with web_server() as tokens:
        tokens.fault, store.fault = giving_a_token, one_object
        account = service_account(private_key, f"{named(tokens)}/token")
        assert content_of(google_source(store, service_account=account), "a.png") == b"here"
    claim = parse_qs(tokens.requests[0].body.decode())["assertion"][0].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claim + "=="))
    assert claims["iss"] == "images@museum.example"
    assert claims["scope"].endswith("devstorage.read_only")
    check_the_token_is_shown(store)


def test_the_document_of_a_key_does_not_lead_out_of_the_fence(
    store: WebServer, token_service: WebServer, private_key: str
):
    account = service_account(private_key, f"{token_service.address}/token")
    with pytest.raises((SourceUnavailable, Forbidden)):
        google_source(store, service_account=account).find(Place(name="a.png"))
    assert token_service.requests == []


def test_the_machine_names_a_document_for_google(
    store: WebServer, token_service: WebServer, private_key: str, tmp_path: Path, monkeypatch
):
    (tmp_path / "account.json").write_text(service_account(private_key, f"{token_service.address}/token"))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    token_service.fault, store.fault = giving_a_token, one_object
    assert content_of(google_source(store, credentials="ambient"), "a.png") == b"here"
    check_the_token_is_shown(store)


def test_a_machine_of_googles_is_given_tokens_that_only_their_own_client_may_fetch(
    store: WebServer, token_service: WebServer, monkeypatch
):
    host = token_service.address.removeprefix("http://")
    monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host)
    monkeypatch.setenv("GCE_METADATA_IP", host)

    def metadata(handler: Handler) -> bool:
        if handler.path.partition("?")[0].endswith("/token"):
            return giving_a_token(handler)
        if "service-accounts" in handler.path:
            return answer(handler, {"email": "machine@museum.example", "scopes": [], "aliases": ["default"]})
        text = "googleapis.com" if "universe" in handler.path else "museum"
        return answer(handler, text, **{"Metadata-Flavor": "Google", "Content-Type": "application/text"})

    token_service.fault, store.fault = metadata, one_object
    assert content_of(google_source(store, credentials="ambient"), "a.png") == b"here"
    check_the_token_is_shown(store)
    check_nobody_else_gets_in(token_service)


def test_a_public_bucket_of_googles_needs_no_account(store: WebServer):
    store.fault = one_object
    assert content_of(google_source(store, credentials="anonymous"), "a.png") == b"here"
    assert all("authorization" not in request.headers for request in store.requests)


# Azure


@pytest.fixture
def pictures(machine, azure_address: str):
    """A container with `a.png`, which anybody may read who knows the name."""
    from azure.storage.blob import ContainerClient

    with ContainerClient(azure_address, "public", credential=AZURE_KEY) as container:
        container.create_container(public_access="blob")
        container.upload_blob("a.png", b"here")
        yield container
        container.delete_container()


def azure_source(address: str, **options: object) -> AzureSource:
    return AzureSource.build(
        {"account_url": address.replace("127.0.0.1", "localhost"), "container": "public", **options}
    )


def token_until(moment: datetime, permission: str = "r") -> str:
    """A shared access signature for the container."""
    from azure.storage.blob import generate_container_sas

    return "?" + generate_container_sas(AZURE_ACCOUNT, "public", AZURE_KEY, permission=permission, expiry=moment)


@pytest.mark.usefixtures("pictures")
def test_an_account_key_opens_a_container(azure_address: str):
    source = azure_source(azure_address, account_name=AZURE_ACCOUNT, account_key=AZURE_KEY)
    assert content_of(source, "a.png") == b"here"


def test_a_shared_access_signature_opens_a_container(pictures, azure_address: str):
    pictures.set_container_access_policy({}, public_access=None)
    assert content_of(azure_source(azure_address, sas_token=token_until(IN_AN_HOUR)), "a.png") == b"here"


def test_a_shared_access_signature_that_has_expired_is_forbidden(pictures, azure_address: str):
    pictures.set_container_access_policy({}, public_access=None)
    expired = token_until(datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(Forbidden):
        azure_source(azure_address, sas_token=expired).find(Place(name="a.png"))


def test_an_address_from_the_delegate_carries_its_own_signature(pictures, azure_address: str):
    pictures.set_container_access_policy({}, public_access=None)
    url = f"{azure_address.replace('127.0.0.1', 'localhost')}/public/a.png"
    source = azure_source(azure_address)
    assert source.find(Place(name="a", details={"url": url + token_until(IN_AN_HOUR)})) is not None
    with pytest.raises(Forbidden):
        source.find(Place(name="a", details={"url": url + token_until(datetime.now(UTC) - timedelta(hours=1))}))


@pytest.mark.usefixtures("pictures")
def test_a_public_container_needs_no_key(azure_address: str):
    assert content_of(azure_source(azure_address), "a.png") == b"here"


@pytest.fixture(scope="module")
def secure_azure(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """The account of an Azure over TLS that takes tokens, with its certificate."""
    folder = tmp_path_factory.mktemp("secure-azurite")
    certificate = write_certificate(folder)
    with azure_server(folder, certificate) as address:
        yield address, certificate[0]


def machine_token() -> str:
    """A token as Azure writes it; the emulator does not look who has signed it."""
    now = int(time.time())
    claims = {
        "aud": "https://storage.azure.com",
        "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
    }
    parts = ({"typ": "JWT", "alg": "none"}, {**claims, "nbf": now - 60, "iat": now - 60, "exp": now + 3600}, {})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)


@pytest.fixture
def identity(token_service: WebServer, monkeypatch) -> WebServer:
    """The service that hands tokens to an Azure machine."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{token_service.address}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "from-the-machine")
    given = {"access_token": machine_token(), "expires_on": str(int(time.time()) + 3600), "token_type": "Bearer"}
    token_service.fault = lambda handler: answer(handler, {**given, "resource": "https://storage.azure.com"})
    return token_service


def test_an_azure_machine_is_given_tokens_that_only_their_own_client_may_fetch(
    secure_azure: tuple[str, Path], identity: WebServer, monkeypatch
):
    from azure.storage.blob import ContainerClient

    address, certificate = secure_azure
    with ContainerClient(address, "public", credential=AZURE_KEY, connection_verify=str(certificate)) as container:
        container.create_container()
        container.upload_blob("a.png", b"here")
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    hosts = {"REMOTE_HOSTS": None, "PRIVATE_NETWORKS": ["127.0.0.0/8"]}
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, **hosts}):
        source = AzureSource.build({"account_url": address, "container": "public", "uses_machine_identity": True})
        assert content_of(source, "a.png") == b"here"
    assert identity.requests[0].headers["x-identity-header"] == "from-the-machine"
    check_nobody_else_gets_in(identity)


def test_an_azure_machine_without_an_identity_is_told(identity: WebServer):
    identity.fault = lambda handler: answer(handler, {"error": "invalid_request", "error_description": "No identity."})
    source = AzureSource.build(
        {"account_url": "https://localhost:9/a", "container": "public", "uses_machine_identity": True}
    )
    with pytest.raises(SourceUnavailable, match="no credentials"):
        source.find(Place(name="a.png"))


def azure_form(**changes: object) -> AzureForm:
    filled = {name: field.initial for name, field in AzureForm().fields.items()}
    own = {"account_url": "https://localhost/a", "container": "public", "uses_machine_identity": True}
    return AzureForm({**filled, **own, **changes})


@pytest.mark.usefixtures("machine")
def test_the_form_takes_the_identity_of_the_machine_where_the_settings_allow_it():
    assert azure_form().is_valid()
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, "AMBIENT_CREDENTIALS": False}):
        assert "AMBIENT_CREDENTIALS" in azure_form().errors["uses_machine_identity"][0]
        source = AzureSource.build(
            {"account_url": "https://localhost/a", "container": "b", "uses_machine_identity": True}
        )
        assert "AMBIENT_CREDENTIALS" in " ".join(source.problems())
        with pytest.raises(SourceUnavailable):
            source.find(Place(name="a.png"))


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("changes", "field"),
    [({"account_key": "a"}, "uses_machine_identity"), ({"account_url": "http://localhost/a"}, "account_url")],
)
def test_the_form_says_what_does_not_go_with_the_identity_of_the_machine(changes: dict[str, object], field: str):
    assert field in azure_form(**changes).errors
