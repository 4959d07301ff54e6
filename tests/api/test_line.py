"""What comes from a child is cut into frames wherever its bytes are parted, and nobody waits for one that is gone."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.readers.frames import FRAME
from api.readers.line import Line

FRAMES = st.lists(st.tuples(st.sampled_from([b"H", b"D", b"E"]), st.binary(max_size=40)), min_size=1, max_size=6)


@given(FRAMES, st.data())
def test_frames_come_whole_and_in_order(sent, data):
    async def received():
        line = Line()
        stream = b"".join(FRAME.pack(kind, len(content)) + content for kind, content in sent)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
        for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            line.data_received(stream[begin:end])
        return [await line.frame() for _ in sent]

    assert asyncio.run(received()) == sent


def test_a_child_that_writes_faster_than_is_read_has_to_wait():
    """Sixteen frames of 64 KiB; about four are held, beside what the sockets hold."""

    async def counted():
        ours, theirs = socket.socketpair()
        line = await Line.of(ours)
        theirs.setblocking(False)
        block, written = FRAME.pack(b"D", 1 << 16) + bytes(1 << 16), 0
        for _ in range(200):
            try:
                while True:
                    written += theirs.send(block[written % len(block) :])
            except BlockingIOError:
                await asyncio.sleep(0.001)
        held = written
        theirs.setblocking(True)
        for _ in range(held // len(block)):
            await line.frame()
        theirs.close()
        line.close()
        return held

    assert asyncio.run(counted()) < 4 << 20


def test_who_waits_for_a_frame_is_told_that_the_child_is_gone():
    async def ended():
        ours, theirs = socket.socketpair()
        line = await Line.of(ours)
        waiting = asyncio.create_task(line.frame())
        await asyncio.sleep(0)
        theirs.close()
        with pytest.raises(ConnectionError):
            await waiting
        with pytest.raises(ConnectionError):
            await line.send(b"job")

    asyncio.run(ended())
