# SPDX-License-Identifier: Apache-2.0
"""Bad networks, and a registry that is slow or away."""

import time

import brokers
import proxy
import stage
from catalogue import case

# So that a connection that is dead without a word is given up in seconds; the default waits a minute.
_IMPATIENT = {"socket.timeout.ms": 3000}


@case("network-delay", "300 ms each way, for three seconds")
def delay(world, name, times):
    one = stage.Stage(world, name, through=world.behind())

    def fault():
        one.proxy.delay_s = 0.3
        time.sleep(3)
        one.proxy.delay_s = 0.0
    return brokers.under_load(one, fault, times)


@case("network-loss", "connections break at every tenth piece, for three seconds")
def loss(world, name, times):
    one = stage.Stage(world, name, through=world.behind())

    def fault():
        one.proxy.loss = 0.1
        one.proxy.cut()
        time.sleep(3)
        one.proxy.loss = 0.0
    brokers.under_load(one, fault, times)
    one.expect(one.proxy.broken > 0, "no connection was broken")
    return one


@case("network-half-open", "connections stay open and nothing passes; new ones work")
def half_open(world, name, times):
    one = stage.Stage(world, name, through=world.behind(), kafka=_IMPATIENT)
    return brokers.under_load(one, one.proxy.forget_connections, times)


@case("network-refused", "the broker's port is closed for three seconds")
def refused(world, name, times):
    one = stage.Stage(world, name, through=world.behind())

    def fault():
        one.proxy.refusing = True
        one.proxy.cut()
        time.sleep(3)
        one.proxy.refusing = False
    return brokers.under_load(one, fault, times)


@case("registry-slow", "the registry takes a second for each answer, then does not answer, at the first sight of a schema")
def registry_slow(world, name, times):
    one = stage.Stage(world, name)
    with proxy.Proxy(one.registry.port) as slow:
        one.tracker.configure(one.settings(registry=one.registry.url.replace(str(one.registry.port), str(slow.port))))
        slow.delay_s = 0.5
        slow.frozen = True
        one.feed(600)
        for turn in range(times):
            one.tracker.start()
            time.sleep(2.5)
            one.expect(turn or one.total("recorded") == 0, "records were read without their schema")
            slow.frozen = False
            begun = time.monotonic()
            one.recovered(begun, 90)
            one.injected()
            one.tracker.stop()
            slow.frozen = True
            one.feed(300)
        one.expect(one.total("quarantined") == 0, "good records were quarantined")
        one.tracker.start()
        one.caught_up()  # the schema is on disk by now
        return one
