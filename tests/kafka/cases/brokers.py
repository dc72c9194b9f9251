# SPDX-License-Identifier: Apache-2.0
"""Brokers that go and come back."""

import time

import stage
from catalogue import case


def under_load(one, fault, times, count=1500):
    """Produces in the background; fault() does it, and is back when it is over."""
    one.tracker.start()
    one.feed(500)
    one.caught_up()
    for _ in range(times):
        feeding = one.feeding(count, rate=count)
        time.sleep(0.3)
        fault()
        over = time.monotonic()
        one.injected()
        one.note(feeding.wait())
        one.recovered(over)
    return one


@case("broker-restart", "the only broker ends cleanly and starts again")
def broker_restart(world, name, times):
    one = stage.Stage(world, name)

    def fault():
        one.cluster.nodes[0].stop()
        one.cluster.start()
    return under_load(one, fault, times)


@case("broker-kill", "kill -9 of the only broker")
def broker_kill(world, name, times):
    one = stage.Stage(world, name)

    def fault():
        one.cluster.kill()
        one.cluster.start()
    return under_load(one, fault, times)


@case("broker-frozen", "the only broker does not answer for three seconds, as one that swaps")
def broker_frozen(world, name, times):
    one = stage.Stage(world, name)

    def fault():
        one.cluster.nodes[0].freeze()
        time.sleep(3)
        one.cluster.nodes[0].thaw()
    return under_load(one, fault, times)


@case("brokers-all-down", "kill -9 of all three brokers, and back")
def brokers_all_down(world, name, times):
    one = stage.Stage(world, name, nodes=3)

    def fault():
        one.cluster.kill()
        time.sleep(1)
        one.cluster.start()
    return under_load(one, fault, times)


@case("leader-moves", "three nodes: leaders are moved in order, then by kill -9 of a leader")
def leader_moves(world, name, times):
    one = stage.Stage(world, name, nodes=3)
    turn = [0]

    def fault():
        turn[0] += 1
        leader = one.hand.describe(topic=one.topic)["leaders"][0]
        if turn[0] % 2:
            for partition in range(one.partitions):
                one.hand.lead(topic=one.topic, partition=partition, node=leader % 3 + 1)
        else:
            one.cluster.nodes[leader - 1].kill()
            time.sleep(2)
            one.cluster.start()
    return under_load(one, fault, max(times, 2))


@case("coordinator-moves", "three nodes: kill -9 of the one that keeps our group's offsets")
def coordinator_moves(world, name, times):
    one = stage.Stage(world, name, nodes=3)
    group = f"{name}-{time.time_ns()}"
    one.tracker.configure(one.settings(more=f"group.id: {group}"))

    def fault():
        node = one.hand.group(group=group).get("coordinator", 1)
        one.cluster.nodes[node - 1].kill()
        time.sleep(1.5)
        one.cluster.start()
    return under_load(one, fault, times)


@case("broker-away-at-the-end", "SIGTERM while the only broker is away: the tracker ends soon, and well", short=1, long=3)
def away_at_the_end(world, name, times):
    one = stage.Stage(world, name)
    for _ in range(times):
        one.tracker.start()
        one.feed(600)
        one.caught_up()
        one.cluster.kill()
        time.sleep(1)
        begun = time.monotonic()
        status = one.tracker.stop()
        took = time.monotonic() - begun
        one.injected()
        one.expect(status == 0 and took < 15, f"it ended with {status} after {took:.1f} s")
        one.cluster.start()
        one.feed(300)
        begun = time.monotonic()
        one.tracker.start()
        one.recovered(begun)
        one.tracker.stop()
    return one
