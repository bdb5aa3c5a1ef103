"""The memory of a process that serves."""

import ctypes

# From glibc's malloc.h.
M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Let all threads take their memory from one heap; called before there are threads.

    Otherwise glibc gives each of them heaps of its own, and what one has given back serves no other: the same
    four hundred sockets held 90 KiB each with one heap and 220 with many. As Python's threads take turns
    anyway, none waits longer for it. Other C libraries have nothing to choose.
    """
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    except (AttributeError, OSError, TypeError):
        return
