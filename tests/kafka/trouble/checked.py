# SPDX-License-Identifier: Apache-2.0
"""What `check` says of a Kafka source's settings, before anything is asked of a broker."""

import subprocess
import sys

import cases
import parts
from ground import SECRET

# name, client settings, what is said (a line with file, line and column, and what to do)
CHECKED = [
    ("password_in_clear", cases.SASL + f"sasl.password: {SECRET}", ["`sasl.password` stands here in clear", "${file:"]),
    ("unknown_key", "securty.protocol: SSL", ["securty.protocol", "did you mean", "security.protocol"]),
    ("unknown_value", "security.protocol: SSLL", ["security.protocol"]),
    ("no_such_reference", cases.SASL + 'sasl.password: "${vault:x}"', ["${file:PATH} or ${env:NAME}"]),
    ("not_ours_to_set", "group.id: other", ["`group.id` is not for `kafka`", "beside `kafka`"]),
]


def run(folder):
    for name, client, said in CHECKED:
        home = folder / f"check_{name}"
        home.mkdir()
        (home / "dyetrace.yaml").write_text(
            cases.SETTINGS.format(server="127.0.0.1:9", topics="topics: t", client=client))
        done = subprocess.run([parts.PROGRAM, "check"], cwd=home, capture_output=True, text=True, check=False)
        words = done.stdout + done.stderr
        lines = [line for line in words.splitlines() if all(word in line for word in said)]
        if done.returncode != 2 or len(lines) != 1 or "dyetrace.yaml:8:" not in words or SECRET in words:
            sys.exit(f"check of {name} (status {done.returncode}) does not say {said}:\n{words}")
        print(f"{name:18} is said by check", flush=True)
