# SPDX-License-Identifier: Apache-2.0
"""Others who want what is ours: members of the consumer group, a second tracker on the store."""

import time

import stage
from catalogue import case


@case("strangers-in-the-group", "five members join and leave our group every 2 s, reading and committing", short=1, long=10)
def strangers(world, name, times):
    one = stage.Stage(world, name)
    group = f"{name}-{time.time_ns()}"
    one.tracker.configure(one.settings(more=f"group.id: {group}"))
    one.hand.join(group=group, topics=[one.topic], count=5, every_ms=2000)
    for _ in range(times):
        one.tracker.start()
        one.note(one.feeding(3000, rate=1000).wait())
        one.caught_up()
        one.tracker.kill()  # and begins again where the store says, not where they have committed
        one.feed(500)
        begun = time.monotonic()
        one.tracker.start()
        one.recovered(begun)
        one.tracker.kill()
    one.tracker.start()
    one.caught_up()
    one.injected(one.hand.leave(group=group)["joins"])
    return one


@case("two-trackers", "a second tracker on the store", short=2, long=10)
def two_trackers(world, name, times):
    one = stage.Stage(world, name)
    one.tracker.start()
    one.feed(500)
    one.caught_up()
    for _ in range(times):
        feeding = one.feeding(500, rate=1000)
        status, _, said = one.tracker.ask("run", "--until-end", patience_s=30)
        over = time.monotonic()
        one.injected()
        one.expect(status == 3 and f"in use by process {one.tracker.process.pid}" in said,
                   f"the second ended with {status}: {said.strip()}")
        one.note(feeding.wait())
        one.recovered(over)
    return one
