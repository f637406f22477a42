"""Whatever arrives over the network gets one of our pages: never a defect, never a form it should not get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from forms.address_mac import AddressMac
from forms.prepared_page import source_of
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import links
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from tests.support import scene
from tests.support.web import SignIn

LARGEST = 64 * 1024
MODEST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
URLENCODED = "application/x-www-form-urlencoded"
FORM = re.compile(rb"<form[^>]+method=.?post", re.IGNORECASE)


@pytest.fixture
def sealed(installation: Installation) -> str:
    """The sealed address of a counter."""
    return AddressMac(installation.keys.address_mac).write(scene.CODE, "an-nhon", 1)


@pytest.fixture
def door_mat(installation: Installation) -> Iterator[None]:
    """Check that nothing came in."""
    before = scene.counts(installation)
    yield
    assert scene.counts(installation) == before


def page(answer: TestResponse, *statuses: int) -> str:
    """Check that the answer is one of our pages with one of the statuses, and return its text."""
    assert answer.status_code in statuses, (answer.status_code, answer.data[:300])
    assert answer.mimetype == "text/html"
    assert "lang=" in answer.text
    assert "<title>" in answer.text
    assert "Traceback" not in answer.text
    assert "werkzeug" not in answer.text.lower()
    return answer.text


def sent(client: FlaskClient, path: str, body: bytes, kind: str = URLENCODED) -> TestResponse:
    return client.post(path, data=body, content_type=kind)


def served(client: FlaskClient, environ: dict[str, Any]) -> TestResponse:
    """Hand the application exactly this environment, as a server would."""
    body, status, headers = run_wsgi_app(client.application, environ, buffered=True)
    return TestResponse(body, status, headers, EnvironBuilder().get_request())


def key_of(answer: TestResponse) -> str:
    """The key that a form carries."""
    found = re.search(r'name="?key"? value="?([^"> ]+)', answer.text)
    assert found
    return found[1]


def test_a_whole_visit_works(client: FlaskClient, installation: Installation, sealed: str) -> None:
    key = key_of(client.get(f"/k/{sealed}"))
    answer = client.post(f"/k/{sealed}", data={"key": key, "c1_1": "5", "comment": "Tốt."})
    assert answer.status_code == 303
    again = client.post(f"/k/{sealed}", data={"key": key, "c1_1": "5", "comment": "Tốt."})
    assert (again.status_code, again.location) == (303, answer.location)
    assert client.get(answer.location).status_code == 200
    assert not client._cookies, "a citizen gets no cookie"
    other = client.post(f"/k/{sealed}", data={"key": key, "c1_1": "1"})
    assert FORM.search(other.data) is None
    page(other, 409)
    assert scene.counts(installation)["response"] == 1
    assert scene.counts(installation)["set_aside"] == 1


def test_no_two_visits_share_a_key(client: FlaskClient, sealed: str) -> None:
    keys = {key_of(client.get(f"/k/{sealed}")) for _ in range(20)}
    assert len(keys) == 20
    assert min(map(len, keys)) >= 20


@pytest.mark.usefixtures("door_mat")
def test_a_changed_address_gets_a_friendly_page_and_never_a_form(
    client: FlaskClient, installation: Installation, sealed: str
) -> None:
    foreign = AddressMac(b"another secret of another office").write(scene.CODE, "an-nhon", 1)
    ghosts = [
        AddressMac(installation.keys.address_mac).write(*parts)
        for parts in ((scene.CODE, "no-such", 1), ("no-such", "an-nhon", 1))
    ]
    flipped = [
        sealed[:at] + ("x" if sealed[at] != "x" else "y") + sealed[at + 1 :] for at in range(len(sealed))
    ]
    for changed in (foreign, *ghosts, *flipped, sealed.upper(), sealed[:-1], sealed + "a", "x", "." * 40):
        for answer in (
            client.get(f"/k/{changed}"),
            client.post(f"/k/{changed}", data={"key": "k" * 22, "overall": "5"}),
        ):
            assert FORM.search(answer.data) is None, changed
            assert "mã QR" in page(answer, 404), changed


@pytest.mark.usefixtures("door_mat")
def test_any_address_gets_a_page(client: FlaskClient) -> None:
    @MODEST
    @example("/k/%00")
    @example("/k/%ff%fe")
    @example("/k/" + "a" * 5000)
    @example("/k/..%2f..%2fetc%2fpasswd")
    @example("/k/x/r/\u0131\u0130\u00df")
    @example("/static/..%2f..%2fsurvey%2fkeys.py")
    @example("//evil.example/%2f..")
    @example("/%")
    @given(st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))))
    def visit(path: str) -> None:
        for prefix in ("/k/", "/", "/noi-bo/", "/k/x/r/"):
            builder = EnvironBuilder(path="/")
            environ = builder.get_environ()
            # As servers hand it over: bytes in latin-1, whatever they are.
            environ["PATH_INFO"] = prefix + path.encode("utf-8", "surrogatepass").decode("latin-1")
            answer = served(client, environ)
            assert answer.status_code < 500, path
            assert answer.status_code in {200, 302, 308, 400, 403, 404, 405}, path

    visit()


@pytest.mark.usefixtures("door_mat")
def test_any_query_gets_a_page(client: FlaskClient, sealed: str) -> None:
    @MODEST
    @example(b"lang=%ff&lang=%00&lang=vi")
    @given(st.binary(max_size=60))
    def visit(query: bytes) -> None:
        for path in (f"/k/{sealed}", "/noi-bo/dang-nhap", "/"):
            environ = EnvironBuilder(path=path).get_environ()
            environ["QUERY_STRING"] = query.decode("latin-1")
            assert served(client, environ).status_code < 500, query

    visit()


FIELDS = st.dictionaries(
    st.one_of(
        st.sampled_from(["key", "c1_1", "c6_4", "overall", "p_sex", "comment", "lang"]), st.text(max_size=12)
    ),
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from(["1", "5", "0", "6", "-", ""])), max_size=3),
    max_size=8,
)


def test_any_fields_get_a_page(client: FlaskClient, sealed: str) -> None:
    @MODEST
    @example({"key": ["k" * 22], "comment": ["\x00\ud7ff\uffff" + "\u202e" * 50], "c1_1": ["1", "2"]})
    @example({"key": ["k" * 22] * 3, "overall": ["5"]})
    @example({"key": ["\x00" * 22], "overall": ["5"]})
    @given(FIELDS)
    def send(fields: dict[str, list[str]]) -> None:
        answer = client.post(f"/k/{sealed}", data=fields)
        assert answer.status_code in {303, 400, 409, 422}
        if answer.status_code != 303:
            page(answer, 400, 409, 422)

    send()


def test_any_body_gets_a_page(client: FlaskClient, sealed: str) -> None:
    @MODEST
    @example(b"key=%ff%fe%00" + b"k" * 22 + b"&overall=5", URLENCODED)
    @example(b"overall=5" * 2000, URLENCODED)
    @example(b"--x\r\n" * 400, "multipart/form-data; boundary=x")
    @example(
        b"--x\r\nContent-Disposition: form-data; name=overall\r\n\r\n5\r\n" * 600 + b"--x--",
        "multipart/form-data; boundary=x",
    )
    @example(b"{}", "application/json")
    @given(
        st.binary(max_size=300),
        st.sampled_from(
            [
                URLENCODED,
                "multipart/form-data; boundary=x",
                "multipart/form-data",
                "application/json",
                "text/plain; charset=utf-16",
                "\xff",
                "",
            ]
        ),
    )
    def send(body: bytes, kind: str) -> None:
        answer = sent(client, f"/k/{sealed}", body, kind)
        assert answer.status_code in {303, 400, 409, 413, 415, 422}, answer.status_code
        if answer.status_code != 303:
            page(answer, 400, 409, 413, 415, 422)

    send()


@pytest.mark.usefixtures("door_mat")
@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data; boundary=x", "application/json"])
def test_a_body_that_is_too_large_is_refused_at_once(client: FlaskClient, sealed: str, kind: str) -> None:
    class Unread(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("a body that is refused must not be read")

        readline = read

    for path in (f"/k/{sealed}", "/noi-bo/dang-nhap"):
        environ = EnvironBuilder(path=path, method="POST", content_type=kind).get_environ()
        environ |= {"wsgi.input": Unread(), "CONTENT_LENGTH": str(LARGEST + 1)}
        page(served(client, environ), 413)


def test_a_body_just_small_enough_is_read(client: FlaskClient, sealed: str) -> None:
    start = b"key=" + b"k" * 22 + b"&overall=5&x="
    assert sent(client, f"/k/{sealed}", start + b"x" * (LARGEST - len(start))).status_code == 303
    page(sent(client, f"/k/{sealed}", start + b"x" * (LARGEST - len(start) + 1)), 413)


@pytest.mark.usefixtures("door_mat")
def test_ten_thousand_fields_are_no_defect(client: FlaskClient, sealed: str) -> None:
    page(sent(client, f"/k/{sealed}", b"&".join(b"a%d=" % n for n in range(6_000))), 413, 422)
    many = (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1_000))
        + b"--x--\r\n"
    )
    page(sent(client, f"/k/{sealed}", many, "multipart/form-data; boundary=x"), 413)
    repeated = b"&".join([b"c1_1=5"] * 9_000)
    page(sent(client, f"/k/{sealed}", b"key=" + b"k" * 22 + b"&" + repeated), 422)


@pytest.mark.usefixtures("door_mat")
def test_faults_show_the_form_again_with_everything_kept(client: FlaskClient, sealed: str) -> None:
    fields = {
        "key": "k" * 22,
        "c1_1": "4",
        "c1_2": "7",
        "comment": "<script>alert(1)</script>\u202e" + "x" * 1001,
    }
    shown = page(client.post(f"/k/{sealed}", data=fields), 422)
    assert re.search(r"name=\"?c1_1\"?[^>]*value=\"?4\"?[^>]*checked", shown)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert f'value="{"k" * 22}"' in shown or f"value={'k' * 22}" in shown


@pytest.mark.usefixtures("door_mat")
def test_a_page_without_its_key_is_told_so(client: FlaskClient, sealed: str) -> None:
    page(client.post(f"/k/{sealed}", data={"overall": "5"}), 400)


@pytest.mark.usefixtures("door_mat")
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "G\u00cbT"])
def test_other_methods_get_our_page(app: Flask, client: FlaskClient, sealed: str, method: str) -> None:
    for path in (f"/k/{sealed}", "/", "/noi-bo/dang-nhap", "/healthz"):
        answer = client.open(path, method=method)
        page(answer, 405)
        assert "GET" in answer.headers["Allow"], path


def test_every_page_has_the_headers_that_protect_it(
    app: Flask, client: FlaskClient, installation: Installation, sealed: str, signed_in: SignIn
) -> None:
    admin = signed_in(Role.ADMIN)
    paths = ["/", "/noi-bo/dang-nhap", "/static/office.css", "/healthz", "/no-such", f"/k/{sealed}", "/k/x"]
    paths += [
        f"/noi-bo/{scene.CODE}/{name}"
        for name in ("chi-tieu", "ket-qua", "ma-qr", "phieu-giay", "bao-cao.xlsx")
    ]
    for path in paths:
        answer = admin.get(path, headers={"Accept-Encoding": ""}, buffered=True)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "base-uri 'none'" in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, path
        assert "Server" not in answer.headers, path
        if answer.mimetype == "text/html":
            # What the policy forbids must not be there, or the page would be broken.
            assert not re.search(r"<[^>]+ (style|on[a-z]+)=", answer.text), path
            for script in re.findall(r"<script(?![^>]* src=)[^>]*>([^<]+)", answer.text):
                assert source_of(script) in policy, path
        if path.startswith("/noi-bo/"):
            assert "no-store" in answer.headers["Cache-Control"], path


def test_a_stranger_never_reads_about_the_inside(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz", "/version"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert str(scene.CODE) not in answer.text
        assert "/" not in answer.text, "no path of the machine"


def test_every_printed_address_opens_its_own_unit(client: FlaskClient, installation: Installation) -> None:
    campaign = installation.campaigns.get(scene.CODE)
    for link in links.of_campaign(installation, COMMAND_LINE, campaign):
        answer = client.get(link.url.removeprefix(installation.config.public_url))
        assert answer.status_code == 200
        assert link.name in answer.text
        assert len(link.url.replace("http://127.0.0.1:8000", "https://host.example.vn")) <= 80


@pytest.mark.usefixtures("door_mat")
def test_a_form_before_the_first_day_says_when(
    client: FlaskClient, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.clock.now", lambda: scene.BEFORE)
    for answer in (
        client.get(f"/k/{sealed}"),
        client.post(f"/k/{sealed}", data={"key": "k" * 22, "overall": "5"}),
    ):
        assert "05/08/2024" in page(answer, 403)


def test_a_form_after_the_last_day_is_kept_as_late(
    client: FlaskClient, installation: Installation, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.clock.now", lambda: scene.CLOSED)
    answer = client.post(f"/k/{sealed}", data={"key": "k" * 22, "overall": "5"})
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    with installation.database.read() as session:
        states = session.scalars(
            scene.table("response").select().with_only_columns(scene.table("response").c.entry_state)
        )
        assert states.all() == ["late"]
