"""A crowd at work: members who report, dispatchers who take cases on, over a real server.

Run as a program of its own (``python crowd.py ADDRESS FILE``), for what it measures must
not share an interpreter with what it asks. The file holds keys and places; the answer is JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx

# A member looks about, then reports; a dispatcher reads, then decides. Seconds between requests.
MEMBER_PAUSE = (2.0, 6.0)
DISPATCHER_PAUSE = (0.2, 1.0)
CATEGORIES = ("blocked-fire-lane", "stairwell-clutter", "abandoned-vehicle", "littering")
# Each takes a case from one stage to the next.
WAY = {"reported": "accept", "accepted": "begin", "in-progress": "feedback", "feedback": "verify"}


@dataclass
class Tally:
    """What was asked and answered.

    Attributes
    ----------
    seconds : list of (float, float)
        When each answer came, from the start, and how long it took.
    reported : list of str
        The sources' ids of reports that were acknowledged.
    steps : dict
        For each case the newest version that was acknowledged.
    """

    seconds: list[tuple[float, float]] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    away: int = 0


class Crowd:
    """Everybody, for so many seconds."""

    def __init__(self, address: str, plan: dict[str, Any]) -> None:
        self.address = address
        self.plan = plan
        self.began = time.monotonic()
        self.until = self.began + plan["seconds"]
        self.tally = Tally()
        self.client = httpx.AsyncClient(
            base_url=address,
            timeout=30,
            limits=httpx.Limits(max_connections=300, max_keepalive_connections=300),
        )

    async def work(self) -> Tally:
        members = [self._member(*one) for one in enumerate(self.plan["members"])]
        dispatchers = [self._dispatcher(*one) for one in enumerate(self.plan["dispatchers"])]
        await asyncio.gather(*members, *dispatchers)
        await self.client.aclose()
        return self.tally

    async def _ask(self, method: str, path: str, key: str, **body: Any) -> httpx.Response:
        """Ask until there is an answer: a server that was killed comes back."""
        while True:
            began = time.monotonic()
            try:
                found = await self.client.request(
                    method, path, headers={"Authorization": f"Bearer {key}"}, **body
                )
            except httpx.TransportError:
                self.tally.away += 1
                await asyncio.sleep(0.5)
                continue
            if found.status_code == 503:
                self.tally.away += 1
                await asyncio.sleep(0.5)
                continue
            now = time.monotonic()
            self.tally.seconds.append((now - self.began, now - began))
            return found

    async def _member(self, number: int, member: dict[str, Any]) -> None:
        rng = random.Random(number)
        await asyncio.sleep(rng.uniform(0, MEMBER_PAUSE[1]))
        count = 0
        while time.monotonic() < self.until:
            count += 1
            name = f"crowd-{number}-{count}"
            lon, lat = member["place"]
            body = {
                "category": rng.choice(CATEGORIES),
                "lon": lon + rng.uniform(-5e-5, 5e-5),
                "lat": lat + rng.uniform(-5e-5, 5e-5),
                "description": f"巡查发现 {count}",
                "source_id": name,
            }
            found = await self._ask("POST", "/v1/cases", member["key"], json=body)
            # An answer may have been lost on the way: then the report is on record already.
            if found.status_code in (201, 409):
                self.tally.reported.append(name)
            else:
                self._refuse("report", found)
            await asyncio.sleep(rng.uniform(*MEMBER_PAUSE))

    async def _dispatcher(self, number: int, key: str) -> None:
        rng = random.Random(10_000 + number)
        while time.monotonic() < self.until:
            stage = rng.choice(list(WAY))
            found = await self._ask("GET", f"/v1/cases?stage={stage}&limit=20", key)
            if found.status_code != 200:
                self._refuse("list", found)
            await asyncio.sleep(rng.uniform(*DISPATCHER_PAUSE))
            cases = found.json()["cases"] if found.status_code == 200 else []
            for case in rng.sample(cases, min(3, len(cases))):
                body = {"version": case["version"]}
                path = f"/v1/cases/{case['number']}/{WAY[stage]}"
                done = await self._ask("POST", path, key, json=body)
                # Somebody else was first: that is how it should be.
                if done.status_code == 200:
                    version = done.json()["version"]
                    before = self.tally.steps.get(case["number"], 0)
                    self.tally.steps[case["number"]] = max(version, before)
                elif done.status_code not in (409, 412):
                    self._refuse("step", done)
                await asyncio.sleep(rng.uniform(*DISPATCHER_PAUSE))

    def _refuse(self, what: str, found: httpx.Response) -> None:
        self.tally.refused[f"{what} {found.status_code} {found.text[:200]}"] += 1


def main() -> None:
    plan = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    tally = asyncio.run(Crowd(sys.argv[1], plan).work())
    sys.stdout.write(json.dumps(vars(tally)))


if __name__ == "__main__":
    main()
