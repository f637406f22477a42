"""A citizen on a bad line: the page keeps the answers, sends them once, and never says more than it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from survey.services.installation.installation import Installation
from tests.browser.collection.test_citizen import Site, receipt, valid
from tests.support.browser import until

pytestmark = pytest.mark.browser

SENDING, WAITING = "Đang gửi…", "Chưa gửi được, đang chờ mạng."
FORMS = "**/k/**"


@pytest.fixture
def site(office: Installation, office_address: str) -> Site:
    """A running rehearsal of this test's own."""
    return Site(office, office_address)


@pytest.fixture
def answered(site: Site, desktop: Page) -> Page:
    """A form with one answer, whose script has come."""
    desktop.goto(site.form())
    with desktop.expect_response("**/gui/**"):
        desktop.locator("input[name=overall][value='4']").check()
    expect(desktop.locator("[role=status]")).to_have_count(1)
    return desktop


def only_posts(then: Callable[[Route], None]) -> Callable[[Route], None]:
    """Let *then* deal with posts; everything else goes its way."""
    return lambda route: then(route) if route.request.method == "POST" else route.continue_()


def send(page: Page) -> None:
    page.get_by_role("button", name="Gửi phiếu").click()


def test_the_first_visit_is_one_request_and_the_script_comes_with_the_first_answer(
    site: Site, phone: Page
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(site.form())
    phone.wait_for_timeout(500)
    assert asked == [site.form()]
    with phone.expect_response("**/gui/**"):
        phone.locator("input[name=c1_1][value='5']").tap()
    phone.locator("input[name=c1_2][value='5']").tap()
    phone.wait_for_timeout(300)
    assert len(asked) == 2
    assert phone.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert phone.context.cookies() == []


def test_sent_while_the_line_is_down_it_goes_by_itself_when_the_line_is_back(
    site: Site, answered: Page
) -> None:
    before = valid(site)
    answered.context.set_offline(True)
    send(answered)
    expect(answered.locator("[role=status]")).to_contain_text(WAITING)
    expect(answered.locator("h1")).to_have_text("Bảo hiểm xã hội thị xã An Nhơn")
    expect(answered.locator("input[name=overall][value='4']")).to_be_checked()
    assert valid(site) == before
    answered.context.set_offline(False)
    expect(answered.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert receipt(answered)
    assert valid(site) == before + 1


def test_a_server_that_is_busy_for_a_while_gets_the_answers_once(site: Site, answered: Page) -> None:
    before, refusals = valid(site), iter([503, 502, 429])

    def busy(route: Route) -> None:
        status = next(refusals, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="busy")

    answered.clock.install()
    answered.route(FORMS, only_posts(busy))
    send(answered)
    for seconds in (2, 4, 8):
        expect(answered.locator("[role=status]")).to_contain_text(WAITING)
        assert valid(site) == before
        answered.clock.run_for(1000 * seconds + 100)
    expect(answered.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert valid(site) == before + 1


def test_an_answer_lost_on_its_way_back_is_asked_for_again_and_counts_once(
    site: Site, answered: Page
) -> None:
    before, lost = valid(site), iter([True])

    def lose(route: Route) -> None:
        if next(lost, False):
            route.fetch(max_redirects=0)  # the service takes it, the phone does not learn of it
            route.abort("connectionreset")
        else:
            route.continue_()

    answered.route(FORMS, only_posts(lose))
    send(answered)
    expect(answered.locator("[role=status]")).to_contain_text(WAITING)
    assert valid(site) == before + 1
    send(answered)  # nobody has to wait for the next attempt
    expect(answered.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert valid(site) == before + 1


def test_the_receipt_is_shown_even_if_the_line_falls_right_behind_it(site: Site, answered: Page) -> None:
    network: list[str] = []
    session = answered.context.new_cdp_session(answered)
    session.send("Network.enable")

    def came(told: dict[str, Any]) -> None:
        if "/r/" in told["response"]["url"]:
            network.append("cache" if told["response"]["fromDiskCache"] else "line")

    session.on("Network.responseReceived", came)
    send(answered)
    assert receipt(answered)
    until(answered, lambda: len(network) == 2)
    assert network == ["line", "cache"]


def test_many_taps_make_one_post(site: Site, answered: Page) -> None:
    before, held = valid(site), list[Route]()
    answered.route(FORMS, only_posts(held.append))
    for _ in range(5):
        send(answered)
    expect(answered.locator("[role=status]")).to_have_text(SENDING)
    until(answered, lambda: len(held) > 0)
    answered.wait_for_timeout(300)
    assert len(held) == 1
    held[0].continue_()
    expect(answered.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert valid(site) == before + 1


def test_faults_come_back_with_everything_kept_and_the_view_as_chosen(site: Site, answered: Page) -> None:
    before = valid(site)
    answered.get_by_label("Chữ lớn").check()
    answered.get_by_label("Tương phản cao").check()
    answered.evaluate("document.getElementById('comment').removeAttribute('maxlength')")
    answered.locator("#comment").fill("x" * 1001)
    send(answered)
    expect(answered.get_by_role("alert")).to_contain_text("1001")
    expect(answered.locator("input[name=overall][value='4']")).to_be_checked()
    expect(answered.get_by_label("Chữ lớn")).to_be_checked()
    expect(answered.locator("body")).to_have_css("background-color", "rgb(0, 0, 0)")
    expect(answered.locator("html")).to_have_css("font-size", "24px")
    answered.locator("#comment").fill("Ngắn hơn.")
    expect(answered.locator("p[role=status]")).to_have_count(1)
    send(answered)
    expect(answered.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    expect(answered.get_by_label("Tương phản cao")).to_be_checked()
    assert valid(site) == before + 1


def test_a_page_that_is_not_the_receipt_is_shown_and_never_called_one(site: Site, answered: Page) -> None:
    """Such as the sign-in of a hotel's network, which answers every post with a page of its own."""
    before = valid(site)
    answered.route(
        FORMS,
        only_posts(lambda route: route.fulfill(status=200, body="<h1>Wi-Fi</h1>", content_type="text/html")),
    )
    send(answered)
    expect(answered.locator("h1")).to_have_text("Wi-Fi")
    answered.unroute(FORMS)
    answered.go_back()
    expect(answered.locator("input[name=overall][value='4']")).to_be_checked()
    send(answered)
    expect(answered.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert valid(site) == before + 1


def test_whoever_leaves_while_answers_wait_is_asked_first(answered: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    answered.on("dialog", stay)
    answered.context.set_offline(True)
    send(answered)
    expect(answered.locator("[role=status]")).to_contain_text(WAITING)
    answered.close(run_before_unload=True)
    until(answered, lambda: bool(asked) or answered.is_closed())
    assert asked == ["beforeunload"]
    assert not answered.is_closed()


def test_without_javascript_the_same_page_is_sent_again_after_going_back(
    site: Site, chromium: Browser
) -> None:
    before = valid(site)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.form())
    page.locator("input[name=overall][value='4']").check()
    page.wait_for_timeout(1_500)  # Chromium notes for going back what is filled in once a second
    context.set_offline(True)
    send(page)
    page.wait_for_url("chrome-error://**")
    context.set_offline(False)
    page.go_back()
    expect(page.locator("input[name=overall][value='4']")).to_be_checked()
    send(page)
    expect(page.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    context.close()
    assert valid(site) == before + 1
