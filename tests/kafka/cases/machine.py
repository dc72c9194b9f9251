# SPDX-License-Identifier: Apache-2.0
"""The tracker's own machine: a full disk, a log that takes nothing, a clock that jumps."""

import pathlib
import subprocess
import time

import parts
import stage
from catalogue import case


@case("disk-full-store", "the store's disk is full, then there is room again", short=1, long=3)
def disk_full(world, name, times):
    if not stage.root():
        return stage.skipped(name, "a small file system can be mounted by root only")
    disk = world.folder / f"disk-{world.number()}"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(disk)], check=False).returncode:
        return stage.skipped(name, "a small file system cannot be mounted here")
    one = stage.Stage(world, name, store=f"{disk}/store")
    one.ends.callback(lambda: subprocess.run(["umount", "-l", str(disk)], check=False))
    for turn in range(times):
        one.tracker.start()
        one.feed(3000)
        one.tracker.wait_until(lambda: one.tracker.process.poll() is not None or one.said("disk"), "the full disk is said")
        one.injected()
        subprocess.run(["mount", "-o", f"remount,size={20 * (turn + 1)}m", str(disk)], check=True)
        begun = time.monotonic()
        if one.tracker.process.poll() is not None:
            one.expect(one.tracker.wait() == 3, "a full disk does not end with 3")
            one.tracker.start()
        one.recovered(begun)
        one.tracker.stop()
    one.expect(one.said("disk") or one.said("space"), "the log does not name the disk")
    one.tracker.start()
    one.caught_up()
    return one


@case("disk-full-log", "what the tracker says cannot be written", short=1, long=3)
def log_full(world, name, times):
    one = stage.Stage(world, name)
    for _ in range(times):
        one.tracker.start(log="/dev/full")
        one.feed(500)
        one.hand.produce(topic=one.topic, partition=0, records=[{"value": "no event"}])
        begun = time.monotonic()
        one.recovered(begun)
        one.injected()
        one.tracker.stop()
    return one


def _libraries():
    """What is preloaded to move the tracker's clock; None where there is none."""
    found = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return f"{parts.FAKED_WAITS} {found[0]}" if found and parts.FAKED_WAITS.exists() else None


@case("clock-jumps", "the machine's clock goes two hours ahead, three days back; producers' clocks too", short=1, long=4)
def clock(world, name, times):
    one = stage.Stage(world, name, topic_settings={"message.timestamp.after.max.ms": str(10 ** 15)})
    libraries = _libraries()
    shift = one.tracker.folder / "clock"
    shift.write_text("+0\n")
    one.tracker.start(environment={
        "LD_PRELOAD": libraries, "FAKETIME_TIMESTAMP_FILE": str(shift), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1"} if libraries else None)
    one.feed(200)
    one.caught_up()
    for _ in range(times):
        for jump in ("+2h", "-3d", "+0"):
            shift.write_text(jump + "\n")
            one.feed(200)
            for stamp in (0, 4102444800000, int(time.time() * 1000)):  # 1970, 2100, now
                one.note(one.hand.produce(topic=one.topic, partition=1, records=[{"value": None, "timestamp": stamp}]))
            begun = time.monotonic()
            one.recovered(begun)
            one.injected()
    if not libraries:
        print("  clock-jumps: no faketime here (apt-get install faketime): only producers' clocks have jumped")
    return one
