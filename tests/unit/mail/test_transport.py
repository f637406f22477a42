"""The line to a real mail server on loopback: encryption, sign-in, and what became of each letter."""

from __future__ import annotations

import dataclasses
import datetime as dt
import socket

import pytest

from survey.errors import Refusal
from survey.mail.letters import Envelope, Letter, message
from survey.mail.transport import SmtpConnection
from survey.vocabulary import Delivery
from tests.support.mail import SENDER, Post

AT = dt.datetime(2024, 8, 20, 10, 30, tzinfo=dt.UTC)
LETTER = Letter(
    "Thư mời",
    ("Kính gửi: Công ty <Ánh> & Bạn", ".một dòng bắt đầu bằng dấu chấm"),
    ("Trả lời", "https://x.vn/m/1"),
)


def sent(line: SmtpConnection, post: Post, *addresses: str) -> tuple[Delivery, str]:
    line.ready()
    envelope = Envelope(tuple(("Công ty Ánh, Dương", each) for each in addresses), AT, "<1@x.vn>")
    reply = line.send(message(LETTER, post.server, envelope), envelope.addresses)
    return reply.delivery, str(reply)


def test_a_letter_arrives_as_it_was_written(post: Post) -> None:
    with SmtpConnection(post.server) as line:
        assert sent(line, post, "a@x.vn") == (Delivery.SENT, "")
    (letter,) = post.box.letters
    assert (letter.sender, letter.recipients) == (SENDER, ["a@x.vn"])
    assert letter.message["Subject"] == "Thư mời"
    assert letter.message["To"].addresses[0].display_name == "Công ty Ánh, Dương"
    assert letter.message["From"].addresses[0].display_name == "BHXH tỉnh Bình Định"
    assert letter.message["Message-ID"] == "<1@x.vn>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert "\n.một dòng bắt đầu bằng dấu chấm\n" in letter.text
    assert "Kính gửi: Công ty <Ánh> & Bạn" in letter.text
    assert "Kính gửi: Công ty &lt;Ánh&gt; &amp; Bạn" in letter.page
    assert 'href="https://x.vn/m/1"' in letter.page


def test_the_words_go_out_encrypted_and_signed_in(secure_post: Post) -> None:
    with SmtpConnection(secure_post.server) as line:
        assert sent(line, secure_post, "a@x.vn")[0] is Delivery.SENT
    assert secure_post.box.letters[0].secure


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"authority": None}, "mail_insecure"),  # a certificate that nobody vouches for
        ({"host": "localhost"}, "mail_insecure"),  # of another name
        ({"password": "another"}, "mail_sign_in_failed"),
        ({"tls": "tls"}, "mail_insecure"),  # a server that does not speak it from the start
    ],
)
def test_nothing_goes_out_over_a_line_that_is_not_safe(
    secure_post: Post, changed: dict[str, str | None], code: str
) -> None:
    line = SmtpConnection(dataclasses.replace(secure_post.server, **changed), patience=5)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match=code):
        line.ready()
    assert secure_post.box.letters == []


def test_a_server_that_offers_no_encryption_gets_no_password(post: Post) -> None:
    line = SmtpConnection(dataclasses.replace(post.server, tls="starttls", user="u", password="p"))
    with pytest.raises(Refusal, match="mail_insecure"):
        line.ready()


def test_a_server_that_is_not_there_is_told(post: Post) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = dataclasses.replace(post.server, port=free.getsockname()[1])
        with pytest.raises(Refusal, match="mail_unreachable"):
            SmtpConnection(server, patience=2).ready()


def test_what_the_server_says_decides(post: Post) -> None:
    post.box.refusals = {"no@x.vn": "550 5.1.1 no such user <no@x.vn>", "later@x.vn": "451 4.7.1 greylisted"}
    with SmtpConnection(post.server) as line:
        assert sent(line, post, "no@x.vn") == (Delivery.REFUSED, "550 5.1.1 no such user <no@x.vn>")
        assert sent(line, post, "later@x.vn") == (Delivery.DEFERRED, "451 4.7.1 greylisted")
        assert sent(line, post, "a@x.vn", "no@x.vn")[0] is Delivery.REFUSED, "all of them or none"
        assert sent(line, post, "a@x.vn") == (Delivery.SENT, "")
    assert [letter.recipients for letter in post.box.letters] == [["a@x.vn"]]


def test_a_line_that_is_cut_before_the_words_may_be_tried_again(post: Post) -> None:
    post.box.cut_before_words = {"a@x.vn"}
    with SmtpConnection(post.server) as line:
        assert sent(line, post, "a@x.vn")[0] is Delivery.DEFERRED
        assert sent(line, post, "b@x.vn")[0] is Delivery.SENT


def test_a_line_that_is_cut_after_the_words_leaves_it_unknown(post: Post) -> None:
    post.box.cut_after_words = {"a@x.vn"}
    with SmtpConnection(post.server) as line:
        assert sent(line, post, "a@x.vn")[0] is Delivery.UNCERTAIN
        assert sent(line, post, "b@x.vn")[0] is Delivery.SENT


def test_a_server_that_closes_down_puts_off(post: Post) -> None:
    post.box.closing_after = 1
    with SmtpConnection(post.server) as line:
        assert sent(line, post, "a@x.vn")[0] is Delivery.SENT
        assert sent(line, post, "b@x.vn") == (Delivery.DEFERRED, "421 closing down")
        post.box.closing_after = None
        assert sent(line, post, "b@x.vn")[0] is Delivery.SENT


@pytest.mark.parametrize("name", ["Ông A\r\nBcc: all@x.vn", "a\nb"])
def test_no_name_and_no_subject_can_add_a_header(post: Post, name: str) -> None:
    envelope = Envelope(((name, "a@x.vn"),), AT, "<1@x.vn>")
    with pytest.raises(ValueError):
        message(LETTER, post.server, envelope)
    with pytest.raises(ValueError):
        message(
            dataclasses.replace(LETTER, subject=name),
            post.server,
            Envelope((("A", "a@x.vn"),), AT, "<1@x.vn>"),
        )
