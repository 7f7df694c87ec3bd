"""Runs flows by the engine of Prefect: flows.py RUNS AT_ONCE STUCK_SECONDS.

The first six are of one flow and fail close together. Of the others two of five fail, and every eighth is stuck for so long.
"""

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


# Those that fail close together: each waits until all have come or ended, and until the one before it has ended.
TOGETHER = range(min(6, RUNS))
awaited, all_here = set(TOGETHER), asyncio.Event()
ended = [asyncio.Event() for _ in TOGETHER]


def is_here(number: int) -> None:
    awaited.discard(number)
    if not awaited:
        all_here.set()


@flow(name="nightly import")
async def nightly_import(number: int) -> None:
    is_here(number)
    await all_here.wait()
    if number > 0:
        await ended[number - 1].wait()
    raise ValueError(f"import {number} fails")


@flow(name="report")
async def report(number: int) -> None:
    await etl.fn(number)


async def import_together(number: int) -> None:
    try:
        await nightly_import(number, return_state=True)
    except Exception as error:
        print(f"import {number}: {error}", file=sys.stderr)
    finally:
        is_here(number)
        ended[number].set()


async def run(number: int) -> None:
    one = report if number % 3 == 0 else etl
    with tags("prod", "nightly") if number % 2 == 0 else tags("other"):
        try:
            await one(number, return_state=True)
        except Exception as error:
            # The server was too busy for this one: the others are enough.
            print(f"run {number}: {error}", file=sys.stderr)


async def main() -> None:
    # However slow the machine is, five failures of one flow lie close together, for automations that count them.
    await asyncio.gather(*(import_together(number) for number in TOGETHER))
    numbers = iter(range(len(TOGETHER), RUNS))
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
