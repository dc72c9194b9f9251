# SPDX-License-Identifier: Apache-2.0
"""Topics that lose, change or gain records and partitions."""

import collections
import time

import broker
import stage
from catalogue import case


# A broker that has dropped a whole log knows an idempotent producer's numbers no longer, and refuses it.
_FORGETFUL = {"enable.idempotence": "false", "acks": "all"}


def gaps(one):
    """Positions by the reason why nothing is there."""
    found = collections.Counter()
    for record in one.tracker.exported():
        if record["kind"] == "gap":
            found[record["reason"]] += record["count"]
    return found


def _first(one):
    return [span[0] for span in one.hand.offsets(topic=one.topic)["partitions"]]


def _next(one):
    return [span[1] for span in one.hand.offsets(topic=one.topic)["partitions"]]


def _lost_unread(one, lose, times):
    """Reads, stops; unread records are lost; goes on behind them and says how many."""
    expected = 0
    for _ in range(times):
        one.tracker.start()
        one.feed(700)
        one.caught_up()
        one.tracker.stop()
        read = _next(one)
        one.feed(700)
        lose(_next(one))
        one.feed(300)
        expected += sum(first - had for first, had in zip(_first(one), read) if first > had)
        begun = time.monotonic()
        one.tracker.start()
        one.recovered(begun)
        one.injected()
    one.tracker.stop()
    found = gaps(one)
    one.expect(found["gap-retention"] == expected and sum(found.values()) == expected,
               f"{expected} positions were lost unread, the gaps are {dict(found)}")
    one.expect(one.said(one.topic) and one.said("retention"), "the log does not say what was lost")
    return one


@case("retention", "retention deletes what was not read", short=1, long=5)
def retention(world, name, times):
    one = stage.Stage(world, name, topic_settings={"segment.ms": "200", "retention.ms": "-1"}, client=_FORGETFUL)

    def lose(upto):
        one.hand.configure(topic=one.topic, set={"retention.ms": "1"})
        end = time.monotonic() + 30
        while any(first < last for first, last in zip(_first(one), upto)) and time.monotonic() < end:
            time.sleep(0.1)
        one.hand.configure(topic=one.topic, set={"retention.ms": "-1"})
    return _without_comparing(_lost_unread(one, lose, times))


@case("delete-records", "DeleteRecords beyond what was read", short=1, long=5)
def delete_records(world, name, times):
    one = stage.Stage(world, name, client=_FORGETFUL)

    def lose(upto):
        for number, last in enumerate(upto):
            one.hand.delete_records(topic=one.topic, partition=number, before=last - 20)
    return _without_comparing(_lost_unread(one, lose, times))


def _without_comparing(one):
    """What was read is partly gone: nobody can compare it any more."""
    one.comparing = None
    return one


@case("topic-recreated", "the topic is deleted and made anew, while the tracker runs and while it does not", short=2, long=6)
def recreated(world, name, times):
    one = stage.Stage(world, name)
    one.tracker.start()
    one.feed(600)
    one.caught_up()
    for turn in range(times):
        if turn % 2:
            one.tracker.stop()
        one.hand.delete(topic=one.topic)
        time.sleep(0.5)
        one.create()
        one.hand.forget()
        one.reach.clear()
        one.incarnation += 1
        one.feed(900 if turn % 2 else 500)  # longer and shorter than what was there
        begun = time.monotonic()
        if turn % 2:
            one.tracker.start()
        one.recovered(begun)
        one.injected()
    one.comparing = "newest"
    return one


@case("log-truncated", "the broker's log loses its end and gets other records in its place", short=2, long=6)
def truncated(world, name, times):
    one = stage.Stage(world, name, partitions=2, client=_FORGETFUL)
    node = one.cluster.nodes[0]
    one.tracker.start()
    for turn in range(times):
        one.feed(800)
        one.caught_up()
        if turn % 2:
            one.tracker.stop()
        node.stop()
        keep = [max(0, one.reach[f"{one.topic}/{number}"] - 60) for number in range(2)]
        for number in range(2):
            broker.cut_log(node, one.topic, number, keep[number])
        one.cluster.start()
        one.hand.forget()
        one.reach.clear()
        one.incarnation += 1
        one.feed(900)
        begun = time.monotonic()
        if turn % 2:
            one.tracker.start()
        one.recovered(begun)
        one.injected()
    one.comparing = "newest"
    return one


@case("compaction", "a compacted topic, read after it was compacted", short=1, long=3)
def compaction(world, name, times):
    one = stage.Stage(world, name, partitions=2, key="team", client=_FORGETFUL, topic_settings={
        "cleanup.policy": "compact", "segment.ms": "200", "min.cleanable.dirty.ratio": "0.01",
        "max.compaction.lag.ms": "500", "delete.retention.ms": "100"})
    for _ in range(times):
        one.feed(1500)
        time.sleep(0.5)
        one.feed(100)  # what is written now closes the segment before
        _settled(one)
        begun = time.monotonic()
        one.tracker.start()
        one.recovered(begun)
        one.injected()
        one.tracker.stop()
    found = gaps(one)
    one.expect(found["gap-compacted"] > 0 and set(found) == {"gap-compacted"}, f"the gaps are {dict(found)}")
    if times > 1:
        _without_comparing(one)
    return one


def _settled(one, quiet_s=1.5):
    """The cleaner has worked, and has nothing left to do."""
    before, since, begun = None, time.monotonic(), time.monotonic()
    while time.monotonic() - begun < 40:
        now = len(one.hand.consume(topic=one.topic)["records"])
        if now != before:
            before, since = now, time.monotonic()
        elif now < sum(_next(one)) * 0.9 and time.monotonic() - since > quiet_s:
            return
        time.sleep(0.2)
    raise RuntimeError("the topic was not compacted within 40 s")


@case("partitions-added", "a topic gets more partitions while it is read", short=1, long=3)
def partitions_added(world, name, times):
    one = stage.Stage(world, name, partitions=1, kafka={"topic.metadata.refresh.interval.ms": 1000})
    one.tracker.start()
    one.feed(300)
    one.caught_up()
    for turn in range(times):
        one.hand.widen(topic=one.topic, partitions=3 * (turn + 1))
        one.hand.forget()
        one.feed(600)
        begun = time.monotonic()
        one.recovered(begun)
        one.injected()
    return one


@case("partitions-1-to-200", "topics of one, 50 and 200 partitions", short=3, long=3)
def many_partitions(world, name, times):
    one = stage.Stage(world, name, partitions=200)
    topics = [one.topic, f"{one.topic}-1", f"{one.topic}-50"][:times]
    one.hand.create(topic=f"{one.topic}-1", partitions=1)
    one.hand.create(topic=f"{one.topic}-50", partitions=50)
    one.tracker.configure(one.settings(topics=topics))
    for topic in topics:
        one.note(one.feeding(1000, topic=topic).wait(), topic)
    begun = time.monotonic()
    one.tracker.start()
    one.recovered(begun, 90)
    one.injected(len(topics))
    return one
