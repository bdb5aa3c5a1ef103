"""A small, fast server that speaks the chat-completions protocol: one process, one loop, words at a steady pace.

`python -m bench.npcs_speaking.model_server 9000` - every answer has 60 words, the first at once.
"""

import asyncio
import json
import sys

WORDS = 60
PACE_SECONDS = 0.01
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def chunk(**choice: object) -> bytes:
    data = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "bench",
        "choices": [{"index": 0, "finish_reason": None, **choice}],
    }  # fmt: skip
    return b"data: " + json.dumps(data).encode() + b"\n\n"


PIECES = [chunk(delta={"content": f"word{number} "}) for number in range(WORDS)]
END = chunk(delta={}, finish_reason="stop") + b"data: [DONE]\n\n"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        writer.write(HEAD)
        for piece in PIECES:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(PACE_SECONDS)
        writer.write(END)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
