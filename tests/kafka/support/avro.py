# SPDX-License-Identifier: Apache-2.0
"""Avro's binary encoding read with the schema it was written with: enough for what the tracker publishes."""

import struct


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        piece = self.data[self.at:self.at + size]
        assert len(piece) == size, "the bytes end inside a value"
        self.at += size
        return piece

    def long(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)


def _read(schema, reader, names):
    if isinstance(schema, list):
        return _read(schema[reader.long()], reader, names)
    if isinstance(schema, str):
        if schema in names:
            return _read(names[schema], reader, names)
        schema = {"type": schema}
    kind = schema["type"]
    if isinstance(kind, (dict, list)):
        return _read(kind, reader, names)
    if "name" in schema:
        names[schema["name"]] = schema
    if kind == "record":
        return {field["name"]: _read(field["type"], reader, names) for field in schema["fields"]}
    if kind == "array":
        items = []
        while count := reader.long():
            assert count > 0
            items += [_read(schema["items"], reader, names) for _ in range(count)]
        return items
    if kind == "enum":
        return schema["symbols"][reader.long()]
    return {"null": lambda: None, "boolean": lambda: reader.take(1) == b"\1", "int": reader.long, "long": reader.long,
            "double": lambda: struct.unpack("<d", reader.take(8))[0], "string": lambda: reader.take(reader.long()).decode(),
            "fixed": lambda: reader.take(schema.get("size", 0)).hex()}[kind]()


def decode(schema, data):
    """The value, all of whose bytes are used."""
    reader = Reader(data)
    value = _read(schema, reader, {})
    assert reader.at == len(data), f"{len(data) - reader.at} bytes behind the value"
    return value
