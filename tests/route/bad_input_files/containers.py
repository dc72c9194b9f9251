# SPDX-License-Identifier: Apache-2.0
"""Avro containers that no writer makes: NAME.avro in the current folder, two good
records, one that is wrong in one way, two good ones, each in a block of its own."""
import json
import os

MARK = bytes(range(16))
CHANGES = {"type": "array", "items": {"type": "record", "name": "C", "fields": [
    {"name": "field", "type": "string"}, {"name": "old", "type": ["null", "int"]}, {"name": "new", "type": "int"}]}}
FIELDS = [{"name": n, "type": "string"} for n in ("id", "time", "actor", "entity")] + [
    {"name": "channel", "type": {"type": "enum", "name": "H", "symbols": ["PHONE", "WEB"]}},
    {"name": "changes", "type": CHANGES}]
SCHEMA = {"type": "record", "name": "E", "fields": FIELDS}


def number(value):
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value & ~0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def text(value):
    return number(len(value)) + value.encode()


def record(i, channel=number(1), branch=number(1), length=None, tail=b""):
    ident = text("e%d" % i) if length is None else length + b"e%d" % i
    return (ident + text("2020-01-02") + text("ann") + text("t/%d" % i) + channel + number(1) +
            text("priority") + branch + number(1) + number(2) + number(0) + tail)


def header(schema):
    return (b"Obj\x01" + number(2) + text("avro.codec") + text("null") + text("avro.schema") +
            number(len(schema)) + schema + number(0) + MARK)


def block(data, count=1, size=None):
    return number(count) + number(len(data) if size is None else size) + data + MARK


def write(name, *blocks, schema=json.dumps(SCHEMA).encode()):
    with open(name + ".avro", "wb") as out:
        out.write(header(schema) + b"".join(blocks))


def around(name, bad):
    write(name, block(record(1) + record(2), 2), bad, block(record(4) + record(5), 2))


around("length_negative", block(record(3, length=number(-5))))
around("length_huge", block(record(3, length=number(2 ** 62))))
around("varint_too_long", block(record(3, length=b"\xff" * 11 + b"\x01")))
around("union_out_of_range", block(record(3, branch=number(7))))
around("union_negative", block(record(3, branch=number(-1))))
around("enum_out_of_range", block(record(3, channel=number(9))))
around("bytes_behind_the_record", block(record(3, tail=b"\x00\x01")))
around("record_cut_short", block(record(3)[:-3]))
around("text_not_utf8", block(number(2) + b"\xff\xfe" + record(3)[3:]))
around("block_of_huge_size", block(record(3), size=2 ** 50))
around("block_of_negative_count", block(record(3), count=-1))

write("good", block(record(1) + record(2), 2), block(record(3)))
deep = '{"type":"array","items":' * 20000 + '"int"' + "}" * 20000
write("schema_too_deep", block(record(1)), schema=deep.encode())
write("schema_no_json", block(record(1)), schema=b'{"type":"record"')
ring = {"type": "record", "name": "R", "fields": [{"name": "r", "type": "R"}]}
write("schema_without_end", block(b""), schema=json.dumps(ring).encode())
names = json.dumps({"type": "record", "name": "W", "fields": [
    {"name": "f%d" % i, "type": {"type": "record", "name": "R%d" % i, "fields": [
        {"name": "a", "type": "R%d" % (i - 1) if i else "int"}, {"name": "b", "type": "R%d" % (i - 1) if i else "int"}]}}
    for i in range(60)]})
write("schema_doubling", block(b""), schema=names.encode())
with open("header_cut_short.avro", "wb") as out:
    out.write(header(json.dumps(SCHEMA).encode())[:200])
whole = open("good.avro", "rb").read()
os.mkdir("cut")
first_block_ends = len(whole) - len(block(record(3)))
expected = 0
for size in range(1, len(whole), 7):
    expected += 2 * (size >= first_block_ends)
    with open("cut/%04d.avro" % size, "wb") as out:
        out.write(whole[:size])
with open("cut.expected", "w") as out:
    print(expected, file=out)
