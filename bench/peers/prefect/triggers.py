"""Counts failed orders in Prefect's own triggers service: triggers.py EVENTS WARM.

EVENTS is a file of JSON lines, WARM how many of them come first, to warm up. Prints `warm` when these are done, `end` when
all are, and `done` with the number of firings. Where Prefect keeps its database comes from its own settings.
"""

import asyncio
import json
import sys
from datetime import datetime

from prefect.server.database import provide_database_interface
from prefect.server.events import messaging
from prefect.server.events.models import automations
from prefect.server.events.schemas.automations import Automation
from prefect.server.events.schemas.events import ReceivedEvent
from prefect.server.events.services.triggers import ReactiveTriggers
from prefect.server.utilities.messaging import create_consumer
from prefect.server.utilities.messaging.memory import METRICS

FIVE_FAILED_ORDERS = {
    "name": "five failed orders of one customer",
    "trigger": {
        "type": "event",
        "posture": "Reactive",
        "expect": ["order.failed"],
        "for_each": ["prefect.resource.id"],
        "threshold": 5,
        "within": 600,
    },
    "actions": [{"type": "do-nothing"}],
}

# Prefect's messaging drops what does not fit in its queue of 10,000.
PUBLISHED_AT_ONCE = 5_000


def event_of(line: str) -> ReceivedEvent:
    order = json.loads(line)
    return ReceivedEvent(
        id=order["id"],
        event=order["event"],
        occurred=datetime.fromisoformat(order["occurred"]),
        resource={"prefect.resource.id": order["resource"]["id"], "region": order["resource"]["region"]},
        payload=order["payload"],
    )


async def drained() -> None:
    """Until the service is through with all that was published, its own events on what fired included."""
    while METRICS["events"]["consumed"] < METRICS["events"]["published"]:
        await asyncio.sleep(0.005)
    while METRICS["actions"]["consumed"] < METRICS["actions"]["published"]:
        await asyncio.sleep(0.005)


async def evaluate(events: list[ReceivedEvent]) -> None:
    for at in range(0, len(events), PUBLISHED_AT_ONCE):
        await messaging.publish(events[at : at + PUBLISHED_AT_ONCE])
        await drained()


async def main() -> None:
    with open(sys.argv[1]) as lines:
        events = [event_of(line) for line in lines]
    warm = int(sys.argv[2])
    fired = 0

    def say(at: str) -> None:
        print(json.dumps({"at": at, "fired": fired}), flush=True)

    async def count(_message: object) -> None:
        nonlocal fired
        fired += 1

    database = provide_database_interface()
    await database.create_db()
    async with database.session_context(begin_transaction=True) as session:
        await automations.create_automation(session, Automation(**FIVE_FAILED_ORDERS))
    service = ReactiveTriggers()
    running = [asyncio.create_task(service.start()), asyncio.create_task(create_consumer("actions").run(count))]
    await asyncio.sleep(0)  # in its first step the service subscribes; what is published before that is lost
    await evaluate(events[:warm])
    say("warm")
    await evaluate(events[warm:])
    say("end")
    await service.stop()
    say("done")
    for task in running:
        task.cancel()


asyncio.run(main())
