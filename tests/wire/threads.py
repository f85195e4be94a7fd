"""Which threads serve, and which process.

Goal: a long query holds up nobody and a blocked one neither; where processors are short the pool of workers does not grow; an engine
that is started again is found where the one before was. Method: counts the threads of an engine's process by their names.
"""
import os
import signal
import subprocess
import tempfile
import threading
import time

import psycopg

LONG = "select count(*) from generate_series(1, 100000000) a where a % 7 = 3"


def start(build, path):
    server = subprocess.Popen([build + "/rowan", "serve", path, "-p", "0"], stderr=subprocess.PIPE, text=True)
    line = server.stderr.readline()
    assert line.startswith("ready: "), line
    engine = int(open(f"/proc/{server.pid}/task/{server.pid}/children").read().split()[0])
    return server, engine, int(line.rsplit(":", 1)[1].split("/")[0])


def stop(server):
    server.send_signal(signal.SIGINT)
    server.stderr.close()
    assert server.wait(30) == 0


def connect(port):
    return psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="main", autocommit=True)


def worker_count(engine):
    names = (open(f"/proc/{engine}/task/{t}/comm").read().strip() for t in os.listdir(f"/proc/{engine}/task"))
    return sum(name == "worker" for name in names)


def run_to_end(connection):
    try:
        connection.execute(LONG)
    except psycopg.Error as e:
        assert e.sqlstate == "57014", e.sqlstate


def check_long(build):
    """As many long queries as there are lanes, and more: short ones are answered while they run."""
    server, _, port = start(build, ":memory:")
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
    stop(server)


def ask(connection, end):
    while not end.is_set():
        connection.execute("select count(*) from generate_series(1, 100)")


def check_starved(build):
    """One processor, and other processes that take nearly all of it: short queries never cost a lane its driver."""
    server, engine, port = start(build, ":memory:")
    one = {min(os.sched_getaffinity(0))}
    for t in os.listdir(f"/proc/{engine}/task"):
        os.sched_setaffinity(int(t), one)
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"], preexec_fn=lambda: os.sched_setaffinity(0, one)) for _ in range(8)]
    try:
        clients = [connect(port) for _ in range(6)]
        end = threading.Event()
        threads = [threading.Thread(target=ask, args=(c, end)) for c in clients]
        for t in threads:
            t.start()
        time.sleep(2)
        count = worker_count(engine)
        end.set()
        for t in threads:
            t.join()
        for c in clients:
            c.close()
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    stop(server)
    assert count <= os.cpu_count() + 8, count


def check_port(build):
    """A port that was free is kept when the engine is started again."""
    with tempfile.TemporaryDirectory() as folder:
        server, engine, port = start(build, folder + "/db")
        with connect(port) as c:
            c.execute("create table kept (x int)")
        os.kill(engine, signal.SIGKILL)
        line = ""
        while not line.startswith("ready: "):
            line = server.stderr.readline()
            assert line, "it was not started again"
        assert int(line.rsplit(":", 1)[1].split("/")[0]) == port, line
        with connect(port) as c:
            c.execute("insert into kept values (1)")
        stop(server)


def check(build):
    check_long(build)
    check_starved(build)
    check_port(build)
