"""Runs flows by the engine of Prefect: flows.py RUNS AT_ONCE STUCK_SECONDS. Two of five fail, every eighth is stuck for so long."""

import asyncio
import logging
import sys

from prefect import flow, tags

logging.disable(logging.CRITICAL)

RUNS, AT_ONCE = int(sys.argv[1]), int(sys.argv[2])
STUCK_SECONDS = float(sys.argv[3])


@flow(name="etl")
async def etl(number: int) -> None:
    if number % 8 == 0:
        await asyncio.sleep(STUCK_SECONDS)
    if number % 5 < 2:
        raise ValueError(f"run {number} fails")


@flow(name="report")
async def report(number: int) -> None:
    await etl.fn(number)


async def run(number: int) -> None:
    one = report if number % 3 == 0 else etl
    with tags("prod", "nightly") if number % 2 == 0 else tags("other"):
        try:
            await one(number, return_state=True)
        except Exception as error:
            # The server was too busy for this one: the others are enough.
            print(f"run {number}: {error}", file=sys.stderr)


async def main() -> None:
    numbers = iter(range(1, RUNS + 1))
    stuck: list[asyncio.Task[None]] = []

    async def worker() -> None:
        for number in numbers:
            # One that is stuck holds up none of the others.
            if number % 8 == 0:
                stuck.append(asyncio.create_task(run(number)))
            else:
                await run(number)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    await asyncio.gather(*stuck)


asyncio.run(main())
