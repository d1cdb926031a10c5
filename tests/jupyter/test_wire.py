"""How a server is asked, whatever it answers."""

import logging
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.jupyter.session import Password, Session, Token
from sync.jupyter.wire import TLS, Wire
from sync.trouble import LONGEST_DETAIL, Problem, Trouble
from tests.jupyter.servers import TOKEN, free_port

OK = b'{"fine": true}'


def problem_of(call):
    with pytest.raises(Trouble) as caught:
        call()
    return caught.value.code


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of localhost, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_requests_go_over_one_kept_connection(between, wire_to):
    server = between()
    server.rule(lambda asked: asked.say(200, OK))
    wire = wire_to(server.url())
    for _ in range(5):
        assert wire.ask("GET", "api").json() == {"fine": True}
    assert len(server.peers) == 1


def test_no_more_requests_at_a_time_than_allowed(between, wire_to):
    server = between()
    server.rule(lambda asked: time.sleep(0.05) or asked.say(200, OK))
    wire = wire_to(server.url(), parallel=2)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: wire.ask("GET", "api"), range(12)))
    assert server.most_at_once == 2
    assert len(server.peers) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_after_ever_longer_pauses(between, wire_to, naps, status):
    server = between()
    server.rule(lambda asked: asked.say(status), times=2)
    server.rule(lambda asked: asked.say(200, OK))
    assert wire_to(server.url()).ask("GET", "api").status == 200
    assert len(server.asked) == 3
    assert 0.4 < naps[0] < naps[1] < 2


def test_the_server_says_when_it_wants_to_be_asked_again(between, wire_to, naps):
    server = between()
    server.rule(lambda asked: asked.say(429, Retry_After="17"), times=1)
    server.rule(lambda asked: asked.say(200, OK))
    wire_to(server.url()).ask("GET", "api")
    assert naps == [pytest.approx(17)]


@pytest.mark.parametrize("told", ["100000", "99999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "-5", "x"])
def test_who_wants_to_be_left_alone_for_long_is_left_alone(between, wire_to, naps, told):
    server = between()
    server.rule(lambda asked: asked.say(503, Retry_After=told))
    assert problem_of(lambda: wire_to(server.url()).ask("GET", "api")) == Problem.BUSY
    assert sum(naps) < 60


def test_all_who_ask_wait_when_one_is_sent_away(between, wire_to, naps):
    server = between()
    server.rule(lambda asked: asked.say(429, Retry_After="5"), times=1)
    server.rule(lambda asked: asked.say(200, OK))
    wire = wire_to(server.url())
    wire.ask("GET", "api")
    wire._pacing.hold_off(3)
    wire.ask("GET", "api")
    assert [round(nap) for nap in naps] == [5, 3]


def test_what_never_passes_is_asked_once(between, wire_to):
    server = between()
    server.rule(lambda asked: asked.say(501))
    assert wire_to(server.url()).ask("GET", "api").status == 501
    assert len(server.asked) == 1


def test_a_connection_that_breaks_off_is_opened_anew(between, wire_to):
    server = between()
    server.rule(lambda asked: asked.hang_up(), times=2)
    server.rule(lambda asked: asked.say(200, OK))
    assert wire_to(server.url()).ask("GET", "api").status == 200


def test_an_answer_that_ends_too_early_is_none(between, wire_to):
    def half(asked):
        asked.close_connection = True
        asked.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
        return True

    server = between()
    server.rule(half)
    assert problem_of(lambda: wire_to(server.url()).ask("GET", "api")) == Problem.BROKEN_OFF


def test_writing_is_not_tried_again(between, wire_to):
    server = between()
    server.rule(lambda asked: asked.hang_up(), method="PUT")
    assert problem_of(lambda: wire_to(server.url()).ask("PUT", "x", body=b"{}")) == Problem.BROKEN_OFF
    assert len(server.asked) == 1


def test_silence_is_not_waited_for(between, wire_to):
    server = between()
    server.rule(lambda asked: asked.drip([b"", b""], 3))
    begun = time.monotonic()
    call = lambda: wire_to(server.url(), read=0.2, attempts=2).ask("GET", "api")  # noqa: E731
    assert problem_of(call) == Problem.TIMED_OUT
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "begin",
    [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"],
)  # fmt: skip
def test_a_server_that_drips_is_cut_off(between, wire_to, begin):
    server = between()
    server.rule(lambda asked: asked.drip([begin, *[b"x"] * 200], 0.05))
    begun = time.monotonic()
    call = lambda: wire_to(server.url(), read=5, whole=0.4, attempts=1).ask("GET", "api")  # noqa: E731
    assert problem_of(call) == Problem.TIMED_OUT
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("told", [True, False])
def test_more_than_the_limit_is_not_taken(between, wire_to, told):
    def much(asked):
        if told:
            return asked.say(200, b"x" * 3_000_000)
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        return asked.drip([head, *[b"x" * 100_000] * 1000], 0)

    server = between()
    server.rule(much)
    assert problem_of(lambda: wire_to(server.url()).ask("GET", "api", most=1_000_000)) == Problem.TOO_LARGE


def test_nothing_is_followed_elsewhere(between, wire_to):
    server, other = between(), between()
    other.rule(lambda asked: asked.say(200, OK))
    server.rule(lambda asked: asked.say(302, Location=other.url()))
    session = Session(wire_to(server.url()), Token(TOKEN))
    with pytest.raises(Trouble) as caught:
        session.ask("GET", "api/contents")
    assert caught.value.code == Problem.MOVED
    assert other.url() in caught.value.detail
    assert not other.asked


@pytest.mark.parametrize(
    ("address", "listed", "problem"),
    [
        ("http://127.0.0.1:1/", [], Problem.NOT_PUBLIC),
        ("http://127.0.0.1:1/", ["other.example"], Problem.NOT_LISTED),
        ("http://8.8.8.8/", [], Problem.NO_TLS),
        ("http://2130706433/", [], Problem.NOT_PUBLIC),
        ("https://[::ffff:10.0.0.1]/", [], Problem.NOT_PUBLIC),
        ("https://user:pass@host/", [], Problem.NO_ADDRESS),
        ("file:///etc/passwd", [], Problem.NO_ADDRESS),
        ("jupyter", [], Problem.NO_ADDRESS),
        ("https://host:notaport/", [], Problem.NO_ADDRESS),
    ],
)
def test_addresses_that_are_not_allowed_are_not_called(address, listed, problem):
    assert problem_of(lambda: Wire(address, listed)) == problem


def test_a_name_that_leads_inside_is_not_called(wire_to, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("10.0.0.7", 443))])
    wire = wire_to("https://rebind.example/", listed=[])
    assert problem_of(lambda: wire.ask("GET", "api")) == Problem.NOT_PUBLIC


def test_a_name_is_looked_up_once_a_connection_and_called_where_it_was_seen_to_lead(
    between, wire_to, monkeypatch
):
    server, asked = between(), []
    server.rule(lambda handler: handler.say(200, OK))

    def look_up(host, *args, **kwargs):
        asked.append(host)
        elsewhere = host == "jupyter.example" and asked.count(host) > 1
        return [(2, 1, 6, "", ("127.0.0.9" if elsewhere else "127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    wire = wire_to(server.url("jupyter.example"), listed=["jupyter.example", "127.0.0.1"])
    assert wire.ask("GET", "api").status == wire.ask("GET", "api").status == 200
    assert asked.count("jupyter.example") == 1
    assert server.asked[0][2]["Host"] == f"jupyter.example:{server.port}"


def test_a_name_that_nobody_knows(wire_to):
    wire = wire_to("http://no-such-host.invalid/", listed=["*.invalid"], attempts=1)
    assert problem_of(lambda: wire.ask("GET", "api")) == Problem.NO_SUCH_HOST


def test_a_port_where_nobody_listens(wire_to):
    wire = wire_to(f"http://127.0.0.1:{free_port()}/", attempts=2)
    assert problem_of(lambda: wire.ask("GET", "api")) == Problem.REFUSED


@pytest.fixture
def tls_server(between, certificate):
    server = between()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server.speak_tls(context)
    server.rule(lambda asked: asked.say(200, OK))
    return server


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tls_server, wire_to):
    wire = wire_to(tls_server.url("localhost"), ["localhost"])
    assert problem_of(lambda: wire.ask("GET", "api")) == Problem.CERTIFICATE
    assert not tls_server.asked


def test_an_authority_of_its_own_vouches(tls_server, wire_to, certificate):
    tls = TLS(authority=(certificate / "cert.pem").read_text())
    assert wire_to(tls_server.url("localhost"), ["localhost"], tls).ask("GET", "api").status == 200


def test_a_certificate_is_for_a_name(tls_server, wire_to, certificate):
    tls = TLS(authority=(certificate / "cert.pem").read_text())
    wire = wire_to(tls_server.url("127.0.0.1"), tls=tls)
    assert problem_of(lambda: wire.ask("GET", "api")) == Problem.CERTIFICATE


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_somebody_may_want_no_check(tls_server, wire_to):
    wire = wire_to(tls_server.url(), tls=TLS(verify=False))
    assert wire.ask("GET", "api").status == 200


def test_an_authority_that_is_none(wire_to):
    assert (
        problem_of(lambda: wire_to("https://127.0.0.1/", tls=TLS(authority="nonsense")))
        == Problem.BAD_AUTHORITY
    )


def test_a_server_that_speaks_no_tls(between, wire_to):
    server = between()
    wire = wire_to(server.url().replace("http:", "https:"))
    assert problem_of(lambda: wire.ask("GET", "api")) == Problem.NOT_TLS


def test_three_failures_in_a_row_are_no_matter_of_one_file(between, wire_to):
    server = between()
    server.rule(lambda asked: asked.say(500))
    wire, whole = wire_to(server.url(), attempts=1), []
    for _ in range(3):
        with pytest.raises(Trouble) as caught:
            wire.ask("GET", "api")
        whole.append(caught.value.is_whole)
    assert whole == [False, False, True]


@pytest.mark.parametrize("credentials", [Token("s3cret-token"), Password("s3cret-word")])
def test_neither_token_nor_password_is_told(between, wire_to, caplog, credentials):
    secret = credentials.text
    server = between()
    server.rule(lambda asked: asked.say(200), path="api/status")
    server.rule(lambda asked: asked.say(403, {"message": f"no {secret}"}))
    caplog.set_level(logging.DEBUG)
    session = Session(wire_to(server.url(), attempts=1), credentials)
    with pytest.raises(Trouble) as caught:
        session.ask("GET", "api/contents")
    chain, error = [], caught.value
    while error:
        chain += [str(error), repr(error), str(vars(error))]
        error = error.__cause__ or error.__context__
    assert secret not in "".join(chain) + caplog.text + repr(credentials)
    assert all(secret not in path for _method, path, _headers, _body in server.asked)


@pytest.mark.parametrize("text", ["", "with blank", "line\r\nX-Evil: 1", "tökén", "\x00"])
def test_a_token_that_is_none(wire_to, text):
    wire = wire_to("http://127.0.0.1:1/")
    assert problem_of(lambda: Session(wire, Token(text))) == Problem.BAD_SECRET


def test_every_problem_says_what_to_do_and_fits_its_row():
    for code, sentence in Problem.choices:
        assert len(code) <= 30
        assert sentence.endswith((".", "?", "…"))
    assert len(Trouble(Problem.BUSY, "x" * 1000).detail) == LONGEST_DETAIL
