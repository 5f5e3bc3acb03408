"""Figures: of all processes together, with the rules of the portal as their only words, and to this machine only."""

import socket
import time
import urllib.request
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY, generate_latest

from grantportal import db, metrics
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.domain.outbox import Lane
from grantportal.models.portal import OutboxItem
from grantportal.services import outbox
from grantportal.settings import Settings
from tests.support import crowd
from tests.support.rows import saved


def figures_of(collector) -> dict[tuple[str, ...], float]:
    return {(each.name, *each.labels.values()): each.value for family in collector.collect() for each in family.samples}


def test_the_outbox_and_the_worker_are_told_by_lane(database):
    for kind, minutes in (("mail", 5), ("mail", 1), ("notice", 2), ("notice", -2)):
        then = clock.real_now() - timedelta(minutes=minutes)
        saved(OutboxItem(kind=kind, payload="{}", at=then, available_at=then))
    outbox.beat(Lane.WORK)
    told = figures_of(metrics.Standing())
    assert told["portal_database_up",] == 1
    assert [told["portal_outbox_due", lane] for lane in ("work", "mail", "scan")] == [1, 2, 0]
    assert 300 <= told["portal_outbox_oldest_seconds", "mail"] < 360
    assert 120 <= told["portal_outbox_oldest_seconds", "work"] < 180
    assert told["portal_outbox_oldest_seconds", "scan"] == 0
    assert 0 <= told["portal_worker_beat_seconds", "work"] < 60
    assert ("portal_worker_beat_seconds", "mail") not in told


def test_without_a_database_that_is_what_is_told():
    db.configure("sqlite:////nowhere/portal.sqlite3")
    assert figures_of(metrics.Standing()) == {("portal_database_up",): 0}
    db.configure("sqlite://")


def test_nothing_of_an_address_but_its_rule_is_told(database, tmp_path):
    client = create_app(
        Settings(instance=tmp_path, database_url=database.url, secret_key="tests", metrics_port=1)
    ).test_client()
    for path in ("/utlysningar/?sok=hemligt", "/utlysningar/123456", "/finns/hemligt", "/halsa/lever", "/metrics"):
        client.get(path)
    client.open("/utlysningar/", method="HEMLIGT")
    told = generate_latest(REGISTRY).decode()
    assert 'portal_requests_total{method="GET",rule="/utlysningar/",status="200"}' in told
    assert 'portal_requests_total{method="GET",rule="/utlysningar/<int:call_id>",status="404"}' in told
    assert 'portal_requests_total{method="GET",rule="none",status="404"}' in told
    assert 'portal_request_queries_count{rule="/utlysningar/"}' in told
    for secret in ("hemligt", "HEMLIGT", "123456"):
        assert secret not in told


def test_a_failed_sign_in_is_counted(database, tmp_path, client):
    metrics.figures()
    before = REGISTRY.get_sample_value("portal_security_events_total", {"event": "sign_in_failed"}) or 0
    client.post_form("/logga-in", {"email": "nobody@example.se", "password": "fel lösenord som ingen har"})
    assert REGISTRY.get_sample_value("portal_security_events_total", {"event": "sign_in_failed"}) == before + 1


def test_nothing_is_told_unless_it_is_asked_for(database, app, client):
    assert Settings(instance=app.config["PORTAL"].instance).metrics_port == 0
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_worker_tells_the_figures_of_all_processes_to_this_machine_only(database, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    db.engine().dispose()
    with crowd.served(database.url, tmp_path, metrics_port=str(port)) as web:
        for _ in range(20):
            urllib.request.urlopen(f"http://127.0.0.1:{web}/om/kakor").read()
        told, patience = "", time.monotonic() + 60
        while 'portal_worker_beat_seconds{lane="work"}' not in told and time.monotonic() < patience:
            try:
                told = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
            except OSError:
                time.sleep(0.1)
        with socket.create_server(("127.0.0.2", port)):
            pass  # another address of this machine is free: it listens on one only
    assert 'portal_requests_total{method="GET",rule="/om/kakor",status="200"} 20.0' in told
    assert 'portal_worker_beat_seconds{lane="work"}' in told
    assert (tmp_path / "metrics").stat().st_mode & 0o077 == 0
