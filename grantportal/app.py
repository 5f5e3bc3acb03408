"""The application and the `grantportal` command."""

import gzip
import pkgutil
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, render_template, request, session
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as BaseResponse
from whitenoise import WhiteNoise

from grantportal import cli, db, health, limits, logs, metrics, migrate, routes, settings, standstill, static_files, web
from grantportal.domain import clock, money, texts
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.headers import HEADERS, TRANSPORT
from grantportal.queries import portal
from grantportal.routes import accounts
from grantportal.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Number(IntegerConverter):
    """An id or a year in an address. A number that no column holds names nothing: 404, not a failure."""

    regex = r"[0-9]{1,9}"


NUMBERED = "X-Request-ID"
PUBLIC = frozenset(
    {
        "home.show",
        "calls.index",
        "calls.show",
        "grants.conditions_version",
        "frameworks.show",
        "allocations.index",
        "allocations.show",
        "public.accessibility",
        "public.cookies",
        "public.help",
        "public.personal_data",
    }
)
"""What shows the same to everybody who brings no cookie. One-time links are open too, and are never kept."""
PUBLIC_SECONDS = 60
AWAY_SECONDS = 30
"""When a browser may try again after an outage."""


def create_app(given: Settings | None = None) -> Flask:
    """The web application. `given` are the settings; without them they are read from the environment.

    Raises SettingsError and SchemaError where there is no installation that this portal can serve.
    """
    logs.keep_personal_numbers_out()
    logs.say_once_a_second()
    logs.keep_security_log()
    chosen = given or settings.load()
    if given is None:
        logs.write_lines(as_json=chosen.json_logs)
        metrics.prepare(chosen)
    app = Flask(__name__, template_folder=str(settings.folder("templates")))
    app.config.update(
        PORTAL=chosen,
        SECRET_KEY=chosen.secret_key,
        SESSION_COOKIE_NAME="__Host-bp_form" if chosen.secure_cookies else "bp_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=chosen.secure_cookies,
        WTF_I18N_ENABLED=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        MAX_CONTENT_LENGTH=20 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=5 * 1024 * 1024,
        MAX_FORM_PARTS=5_000,
    )
    db.configure(chosen.database, connections=chosen.connections, statement_seconds=chosen.statement_seconds)
    if given is None:
        # Whoever gives the settings has looked.
        migrate.ensure_newest()
    clock.move_by(portal.moved_days if chosen.demonstration else lambda: 0)
    app.url_map.converters["int"] = Number
    # An address is the same with and without a slash at its end.
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        kr=money.kr,
        signed_kr=money.signed_kr,
        number=money.number,
        day=clock.day_text,
        day_time=clock.day_time_text,
        clock_time=clock.time_text,
        saved=clock.saved_text,
        month=clock.month_text,
        compared=texts.compared,
    )
    app.jinja_env.globals["csrf_token"] = generate_csrf
    app.jinja_env.globals.update(draft_person=web.person_code, draft_lock=web.copy_key)
    app.context_processor(web.frame)
    app.before_request(_receive)
    app.after_request(_dress)
    app.teardown_appcontext(_finish)
    app.register_error_handler(NotVisible, lambda _: _page(404))
    app.register_error_handler(NoRight, lambda _: _page(403))
    app.register_error_handler(standstill.StandsStill, _standing_still)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(Exception, _broken)
    for module in sorted(module.name for module in pkgutil.iter_modules(routes.__path__)):
        app.register_blueprint(import_module(f"{routes.__name__}.{module}").bp)
    limits.keep(app, chosen.limits_url)
    app.wsgi_app = _dressed(health.answering(_with_static(app, chosen), chosen), chosen)  # type: ignore[method-assign]
    return app


def _with_static(app: Flask, chosen: Settings) -> Any:
    """The stylesheet, script and icon are served before the application is asked."""
    inner: Any = app.wsgi_app
    # In the demonstration nobody may say for whom they ask: it is for this machine only.
    if chosen.proxies and not chosen.demonstration:
        inner = ProxyFix(inner, x_for=chosen.proxies, x_proto=chosen.proxies)
    files = static_files.made(Path(str(app.static_folder)))

    @app.url_defaults
    def name_by_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = files.name(values["filename"])

    return WhiteNoise(
        inner,
        root=str(files.folder),
        prefix="static/",
        immutable_file_test=lambda _path, url: static_files.HASHED.search(url) is not None,
        max_age=3600,
        allow_all_origins=False,
    )


def _dressed(inner: Any, chosen: Settings) -> Any:
    """Every answer has the same headers, whoever gives it; one that has a header already keeps its own."""
    always = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if chosen.secure_cookies else {})

    def dressed(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        def start(status: str, headers: list[tuple[str, str]], *args: Any) -> Any:
            named = {name.lower() for name, _ in headers}
            more = [(name, value) for name, value in always.items() if name.lower() not in named]
            return start_response(status, [*headers, *more], *args)

        return inner(environ, start)

    return dressed


def _receive() -> BaseResponse | tuple[str, int] | None:
    """Note the arrival, refuse strangers to the demonstration, and find out who asks."""
    clock.request_arrived()
    chosen: Settings = _settings()
    g.began = perf_counter()
    db.asked.set([0])
    behind_proxy = chosen.proxies and not chosen.demonstration
    logs.request_id.set(logs.number_of_request(request.headers.get(NUMBERED) if behind_proxy else None))
    host = urlsplit(f"//{request.host}").hostname or ""
    if chosen.demonstration:
        # The demonstration signs anybody in: nobody but this machine may reach it, nor another site through its browser.
        if request.remote_addr not in {"127.0.0.1", "::1"} or host not in {"127.0.0.1", "localhost", "::1"}:
            return _page(403)
        if request.endpoint != "static":
            g.use = standstill.Use(chosen.instance)
    elif host != (urlsplit(chosen.public_url).hostname or "") and host not in {"127.0.0.1", "localhost", "::1"}:
        return _page(400)
    if request.method == "POST" and _comes_from_elsewhere(host):
        return _page(400)
    if request.endpoint != "static":
        web.note_person(request.cookies.get(web.cookie_name(web.SESSION_COOKIE)))
        if chosen.require_second_factor and not chosen.demonstration:
            return accounts.second_factor_first()
    return None


def _comes_from_elsewhere(host: str) -> bool:
    """Whether another site has its reader post here: what it has written is not shown as the reader's own words."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).hostname != host:
        return True
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def _settings() -> Settings:

    chosen: Settings = current_app.config["PORTAL"]
    return chosen


def _dress(response: Response) -> Response:
    if _is_public(response):
        _keep(response)
    elif request.endpoint != "static":
        # Whatever a library thinks best: the next person at the machine finds nothing.
        response.headers["Cache-Control"] = "no-store"
    if g.get("refused") and response.status_code == 200:
        response.status_code = 429 if "retry_after" in g else 422
    if "retry_after" in g:
        response.headers["Retry-After"] = str(g.retry_after)
    response.headers[NUMBERED] = logs.request_id.get()
    _tell(response)
    return response


def _is_public(response: Response) -> bool:
    """Whether anybody without a cookie gets the same: nothing of a person, no form token, no besked from the page before."""
    return (
        request.endpoint in PUBLIC
        and request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not request.cookies
        and not session.modified
        and not response.is_streamed
        and not _settings().demonstration
    )


def _keep(response: Response) -> None:
    """Let it be kept for a little while, asked for again by its ETag, and sent compressed.

    Only such a page is compressed: the length of one that holds a secret beside what the address says would tell the secret.
    """
    response.headers["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    response.vary.update(("Cookie", "Accept-Encoding"))
    response.add_etag(weak=True)
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)


def _tell(response: Response) -> None:
    """What the request was and cost, in the log and in the figures where they are wanted."""
    seconds, asked = perf_counter() - g.began, db.asked.get()
    queries = asked[0] if asked else 0
    rule = request.url_rule.rule if request.url_rule else None
    if _settings().metrics_port:
        metrics.figures().note_request(rule, request.method, response.status_code, seconds, queries)
    if _settings().json_logs:
        who = g.get("actor")
        logs.tell_request(
            rule=rule,
            method=request.method,
            status=response.status_code,
            ms=round(1000 * seconds),
            queries=queries,
            user=who.user_id if who else None,
            case=(request.view_args or {}).get("case_id"),
        )


def _finish(_error: BaseException | None) -> None:
    db.close_read_session()
    web.stand_aside()
    clock.request_ended()
    db.asked.set(None)
    logs.request_id.set("")


_PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}


def _page(code: int) -> tuple[str, int]:
    shown = code if code in _PAGES else (400 if code < 500 else 500)
    return _frameless(str(shown)) if shown >= 500 else render_template(f"errors/{shown}.html"), code


def _frameless(name: str) -> str:
    """An error page without the ordinary frame, which reads the database: that may be what failed."""
    banner = web.Banner("") if _settings().demonstration else None
    page = current_app.jinja_env.get_template(f"errors/{name}.html")
    return page.render(demonstration=banner, request_number=logs.request_id.get())


def _standing_still(_: standstill.StandsStill) -> tuple[str, int, dict[str, str]]:
    return _frameless("standstill"), 503, {"Retry-After": "10"}


def _failed(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error
    return accounts.sign_in_first() if code == 401 else _page(code)


def _broken(error: Exception) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Anything unforeseen: logged whole for the operator, a plain page for the reader. An outage is told as one."""
    if db.is_outage(error):
        current_app.logger.warning("away: %s", logs.first_line(error))
        db.close_read_session()
        return _frameless("503"), 503, {"Retry-After": str(AWAY_SECONDS)}
    current_app.logger.error("unforeseen error", exc_info=error)
    if current_app.testing:
        raise error
    db.close_read_session()
    return _page(500)


def main() -> None:
    """The `grantportal` command."""
    cli.main()
