"""Which threads serve, and which process.

Goal: a long query holds up nobody and a blocked one neither; where processors are short the pool of
workers does not grow; an engine that is started again is found where the one before was. Method:
counts the threads of an engine's process by their names.
"""
import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time

import psycopg

LONG = "select count(*) from generate_series(1, 100000000) a where a % 7 = 3"


def port_of(line):
    assert line.startswith("ready: "), line
    return int(line.rsplit(":", 1)[1].split("/")[0])


@contextlib.contextmanager
def served(build, path):
    """A server, the process id of its engine, its port; the server is ended, whatever happens."""
    server = subprocess.Popen([build + "/rowan", "serve", path, "-p", "0"],
                              stderr=subprocess.PIPE, text=True)
    try:
        port = port_of(server.stderr.readline())
        children = open(f"/proc/{server.pid}/task/{server.pid}/children").read()
        yield server, int(children.split()[0]), port
    finally:
        server.send_signal(signal.SIGINT)
        server.stderr.close()
        code = server.wait(30)
    assert code == 0, code


def connect(port):
    return psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="main",
                           autocommit=True)


def thread_name(engine, task):
    try:
        return open(f"/proc/{engine}/task/{task}/comm").read().strip()
    except OSError:  # it has just ended
        return None


def worker_count(engine):
    return [thread_name(engine, task) for task in os.listdir(f"/proc/{engine}/task")].count("worker")


def most_workers(engine, limit):
    """The largest number of workers seen in two seconds, or the first above the limit.

    So long because a lane can lose its driver at each look of the listener, every 10 ms when it gets a processor: with many others
    on that processor two seconds are some dozens of looks.
    """
    most, until = 0, time.monotonic() + 2
    while most <= limit and time.monotonic() < until:
        most = max(most, worker_count(engine))
        time.sleep(0.01)
    return most


def run_to_end(connection):
    try:
        connection.execute(LONG)
    except psycopg.Error as e:
        assert e.sqlstate == "57014", e.sqlstate


def check_long(build):
    """As many long queries as there are lanes, and more: short ones are answered while they run."""
    with served(build, ":memory:") as (_, _, port):
        slow = [connect(port) for _ in range(2 * os.cpu_count())]
        quick = [connect(port) for _ in range(2 * os.cpu_count())]
        threads = [threading.Thread(target=run_to_end, args=(c,)) for c in slow]
        for t in threads:
            t.start()
        time.sleep(0.1)
        for c in quick:
            assert c.execute("select 1").fetchone() == (1,)
        assert all(t.is_alive() for t in threads)
        for c in slow:
            c.cancel()
        for t in threads:
            t.join()
        for c in slow + quick:
            c.close()


def ask(connection, end):
    while not end.is_set():
        connection.execute("select count(*) from generate_series(1, 100)")


@contextlib.contextmanager
def processor_taken(processor, count):
    """Processes that want all of a processor."""
    hogs = [subprocess.Popen(["taskset", "-c", str(processor), "sh", "-c", "while :; do :; done"])
            for _ in range(count)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def check_starved(build):
    """One processor, and others that want all of it: short queries cost no lane its driver."""
    one = min(os.sched_getaffinity(0))
    with served(build, ":memory:") as (_, engine, port):
        for task in os.listdir(f"/proc/{engine}/task"):
            os.sched_setaffinity(int(task), {one})
        with processor_taken(one, 8):
            clients = [connect(port) for _ in range(6)]
            end = threading.Event()
            threads = [threading.Thread(target=ask, args=(c, end)) for c in clients]
            for t in threads:
                t.start()
            limit = os.cpu_count() + 8
            most = most_workers(engine, limit)
            end.set()
            for t in threads:
                t.join()
            for c in clients:
                c.close()
    assert most <= limit, most


def check_port(build):
    """A port that was free is kept when the engine is started again."""
    with tempfile.TemporaryDirectory() as folder:
        with served(build, folder + "/db") as (server, engine, port):
            with connect(port) as c:
                c.execute("create table kept (x int)")
            os.kill(engine, signal.SIGKILL)
            line = ""
            while not line.startswith("ready: "):
                line = server.stderr.readline()
                assert line, "it was not started again"
            assert port_of(line) == port, line
            with connect(port) as c:
                c.execute("insert into kept values (1)")


def check(build):
    check_long(build)
    check_starved(build)
    check_port(build)
