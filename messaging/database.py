"""How what runs on the server's loop asks the database."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from channels.db import database_sync_to_async

from padawanforge.kit.threads import keep_connection

# Not the one thread that asgiref gives to a process: a slow query would hold up every socket.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sockets", initializer=keep_connection)
in_database = partial(database_sync_to_async, thread_sensitive=False, executor=_threads)
