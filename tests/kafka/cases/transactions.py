# SPDX-License-Identifier: Apache-2.0
"""Producers that write in transactions, and do not end them, or not well."""

import time

import stage
import topics
from catalogue import case


def _in_transaction(one, act, **wanted):
    return one.hand.transaction(name=f"{one.topic}-writer", act=act, **wanted)


@case("transaction-open", "records of a transaction that stays open: read once it is committed", short=2, long=10)
def transaction_open(world, name, times):
    one = stage.Stage(world, name)
    one.tracker.start()
    one.feed(300)
    for _ in range(times):
        one.caught_up()
        read = topics._next(one)
        _in_transaction(one, "begin")
        one.feed(300, transaction=f"{one.topic}-writer")
        one.feed(300)  # behind it: readable by order only when it has ended
        time.sleep(1)
        now = one.tracker.partitions()
        passed = [number for number, offset in enumerate(read)
                  if now[f"{one.topic}/{number}"]["committed"] > offset and f"{one.topic}/{number}" in one.tracker.behind(one.reach)]
        one.expect(len(one.tracker.behind(one.reach)) > 0, "an open transaction was read")
        one.expect(not passed, f"partitions {passed} were read beyond an open transaction")
        _in_transaction(one, "commit")
        begun = time.monotonic()
        one.recovered(begun)
        one.injected()
    return one


@case("transaction-aborted", "aborted transactions between good records", short=3, long=20)
def transaction_aborted(world, name, times):
    one = stage.Stage(world, name)
    one.tracker.start()
    for turn in range(times):
        one.feed(200)
        _in_transaction(one, "begin")
        begun_at = one.at
        one.feed(200, transaction=f"{one.topic}-writer")
        if turn % 2:
            one.tracker.kill()
        _in_transaction(one, "abort")
        one.at = begun_at  # tried again, as a producer does: each event is there once
        one.feed(200)
        begun = time.monotonic()
        if turn % 2:
            one.tracker.start()
        one.recovered(begun)
        one.injected()
    found = topics.gaps(one)
    one.expect(found["gap-transaction"] >= 200 * times and set(found) == {"gap-transaction"}, f"the gaps are {dict(found)}")
    return one


@case("transaction-hung", "a producer dies in its transaction: the broker aborts it after its timeout", short=1, long=5)
def transaction_hung(world, name, times):
    one = stage.Stage(world, name)
    one.tracker.start()
    for _ in range(times):
        one.feed(200)
        _in_transaction(one, "begin", timeout_ms=1500)
        begun_at = one.at
        one.feed(200, transaction=f"{one.topic}-writer")
        _in_transaction(one, "hang")
        one.at = begun_at
        one.feed(200)
        begun = time.monotonic()
        one.recovered(begun)
        one.injected()
    return one
