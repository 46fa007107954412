"""Publishes one membership event to the running stack, as another system would, and follows it to the inbox."""

import email
import email.policy
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pika

NO_STACK = "nothing runs: `make stack` in another terminal, and wait for its last line"
WHERE = Path(__file__).parents[1] / ".run" / "stack.json"
STACK = json.loads(WHERE.read_text()) if WHERE.exists() else sys.exit(NO_STACK)
ME = uuid4().hex[:8]
SERIES = {
    "title": "Netværksmøde",
    "recurrence": {"weekday": "thursday", "nth": 2},
    "starts_at": "09:30",
    "minutes": 60,
    "mode": "online",
    "link": "https://moede.handelsbyer.example/netvaerk",
    "horizon_days": 60,
}
JOINED = {
    "organisation": {
        "key": ME,
        "name": "Køge Handelsstandsforening",
        "kind": "association",
        "town": "Køge",
        "municipality_code": "259",
    },
    "since": "2026-01-01",
    "contacts": [{"key": ME, "name": "Anna Ærø", "email": f"anna-{ME}@koege.example", "role": "contact"}],
}
ATTRIBUTES = {
    "ce-specversion": "1.0",
    "ce-type": "upstream.organisation_joined.v1",
    "ce-source": "/register",
    "ce-id": ME,
    "ce-time": datetime.now(UTC).isoformat(),
}


def plan_meetings() -> None:
    """Plan a monthly series, unless there are meetings, and wait until whoever is there has been asked."""
    headers = {"Authorization": f"Bearer {STACK['operator_token']}"}
    with httpx.Client(base_url=STACK["services"]["meetings"]["url"], headers=headers, trust_env=False) as meetings:
        if not meetings.get("/meetings").raise_for_status().json()["meetings"]:
            meetings.post("/series", json=SERIES).raise_for_status()
            time.sleep(3)  # the planner looks every second; who comes later is asked because of their own message


def publish() -> dict[str, object]:
    """Publish the message with a confirm, and return the answer."""
    amqp = STACK["amqp"]
    login = pika.PlainCredentials("register", amqp["users"]["register"])
    parameters = pika.ConnectionParameters(amqp["host"], amqp["port"], credentials=login)
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        properties = pika.BasicProperties(headers=ATTRIBUTES, content_type="application/json", delivery_mode=2)
        channel.basic_publish("upstream", "register.joined", json.dumps(JOINED), properties, mandatory=True)
        for _, answer, body in channel.consume("upstream.answers.register", auto_ack=True, inactivity_timeout=30):
            found = json.loads(body) if body else {}
            if not body or found["message_id"] == ME:
                return {"type": answer.headers["ce-type"] if body else "no answer within 30 s", **found}
    raise SystemExit("the connection ended")


def invitation() -> email.message.EmailMessage:
    """Wait for the mail that asks Anna to the first meeting."""
    for _ in range(300):
        for path in sorted(Path(STACK["smtp"]["folder"]).glob("*.eml")):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if ME in str(mail["To"]) and "method=REQUEST" in path.read_text():
                return mail
        time.sleep(0.1)
    raise SystemExit("no invitation within 30 s")


if __name__ == "__main__":
    try:
        plan_meetings()
    except httpx.TransportError:
        sys.exit(NO_STACK)
    answer = publish()
    print("answer:        ", answer["type"])
    mail = invitation()
    print("invitation:    ", mail["Subject"])
    print("correlation id:", answer["correlation_id"])
    print(f"follow it:      grep -h {answer['correlation_id']} .run/logs/*.log")
