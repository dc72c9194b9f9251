# SPDX-License-Identifier: Apache-2.0
"""Where things are: the tree, the program, what `fetch` brought, shared data."""

import os
import pathlib
import shutil
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parents[3]
FETCHED = pathlib.Path(os.environ.get("DYETRACE_KAFKA", TREE / "build/kafka"))
PROGRAM = os.environ.get("DYETRACE", str(TREE / "build/release/dyetrace"))
BUILD = pathlib.Path(os.environ.get("BUILD", TREE / "build/release"))
# Compares a store's snapshot with the replay of its ledger; there when the tests were built.
STATE_EQUAL = BUILD / "tests/route/steady/state_equal"
# Preloaded with libfaketime (tests/support/faked_waits.c); there when the tests were built.
FAKED_WAITS = BUILD / "tests/kafka/cases/libfaked_waits.so"
KAFKA_NEWEST = "4.3.1"
KAFKA_OLDEST = "3.9.2"
SKIPPED = 77

# Two cores: a heap that is enough, the compiler that starts fastest, one collector thread.
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]


def skip(reason):
    print("skipped:", reason, flush=True)
    sys.exit(SKIPPED)


def need(*parts):
    """Fetches what is missing; without Java and Maven the test is skipped."""
    for tool in ("java", "javac", "mvn"):
        if not shutil.which(tool):
            skip(f"no {tool} here: apt-get install default-jdk-headless maven")
    if subprocess.run([TREE / "tests/kafka/fetch", *parts], check=False).returncode:
        skip("what the Kafka tests need cannot be fetched (above)")


def shared_data():
    """The folder of data that is not part of the project, or None."""
    for folder in (os.environ.get("DYETRACE_DATA"), TREE / "../shared/data"):
        if folder and pathlib.Path(folder).is_dir():
            return pathlib.Path(folder).resolve()
    return None
