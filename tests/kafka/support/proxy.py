# SPDX-License-Identifier: Apache-2.0
"""A bad network: a TCP proxy that delays, drops, freezes and refuses."""

import asyncio
import random
import threading

import ending


class Proxy:
    """Forwards a port of its own to `target`; threads set its faults while it runs.

    delay_s     each piece is held back that long
    loss        share of pieces (0..1) at which the connection breaks: TCP never loses bytes silently
    frozen      connections stay open and nothing passes (half-open)
    refusing    new connections are closed at once
    """

    def __init__(self, target):
        self.port = ending.free_port()
        self.target = target
        self.delay_s = 0.0
        self.loss = 0.0
        self.frozen = False
        self.refusing = False
        self.broken = 0
        self._random = random.Random(7)
        self._writers = set()
        self._generation = 0  # connections of an older one are dead without a word
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        if self.refusing:
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        both = {writer, far_writer}
        born = self._generation
        self._writers |= both
        await asyncio.wait(
            [asyncio.ensure_future(self._pump(reader, far_writer, born)),
             asyncio.ensure_future(self._pump(far_reader, writer, born))], return_when=asyncio.FIRST_COMPLETED)
        for one in both:
            one.close()
        self._writers -= both

    async def _pump(self, reader, writer, born):
        """One direction: a queue between reading and writing lets pieces be under way side by side."""
        underway = asyncio.Queue(64)
        writing = asyncio.ensure_future(self._deliver(underway, writer, born))
        try:
            while data := await reader.read(65536):
                if self._random.random() < self.loss:
                    self.broken += 1
                    return
                await underway.put((self._loop.time() + self.delay_s, data))
                if writing.done():
                    return
        except OSError:
            return
        finally:
            writing.cancel()

    async def _deliver(self, underway, writer, born):
        try:
            while True:
                due, data = await underway.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                while self.frozen or born < self._generation:
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
        except OSError:
            return

    def forget_connections(self):
        """Those that are open stay open, and nothing passes on them any more; new ones work."""
        self._generation += 1

    def cut(self):
        """Breaks every connection there is."""
        def now():
            for writer in list(self._writers):
                writer.transport.abort()
        self._loop.call_soon_threadsafe(now)

    def __enter__(self):
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
