#!/usr/bin/python3
"""What branches cost, through the server and in process.

  making      the time of rowan.create_branch in a database of 1 GB and in one of 1 MB, and what a branch adds to the file
  reading     a point read by a prepared statement on main and on a branch of a branch ... DEPTH deep: CPU of the engine
              process per read through the wire, CPU per read in process

usage: branch_bench.py BUILD_DIR [--gigabytes N] [--depth N] [--branches N] [--reads N]
Needs python3-psycopg and cc; writes to a temporary folder under TMPDIR, and prints a line a figure.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import psycopg

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")
ROW_BYTES = 1000


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--gigabytes", type=float, default=1)
    p.add_argument("--depth", type=int, default=1000)
    p.add_argument("--branches", type=int, default=200)
    p.add_argument("--reads", type=int, default=20000)
    return p.parse_args()


class Server:
    def __init__(self, build, path):
        self.process = subprocess.Popen([build + "/rowan", "serve", path, "-p", "0", "-k", os.path.dirname(path),
                                         "-c", "shared_buffers=256MB"], stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        assert line.startswith("ready: "), line
        self.port = int(line.rsplit(":", 1)[1].split("/")[0])
        children = open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split()
        self.engine = int(children[0])

    def connect(self, branch="main"):
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=branch, autocommit=True)

    def cpu_us(self):
        """CPU of the engine's threads that live, in microseconds, by the scheduler's own count."""
        total = 0
        for task in os.listdir(f"/proc/{self.engine}/task"):
            try:
                total += int(open(f"/proc/{self.engine}/task/{task}/schedstat").read().split()[0])
            except FileNotFoundError:
                pass
        return total / 1000

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=300) == 0


def fill(c, bytes_wanted):
    c.execute("CREATE TABLE big (id int PRIMARY KEY, v text)")
    rows, step = max(int(bytes_wanted / ROW_BYTES), 1), 50000
    for first in range(1, rows + 1, step):
        c.execute(f"INSERT INTO big SELECT i, repeat(md5(i::text), {ROW_BYTES // 32}) "
                  f"FROM generate_series({first}, {min(first + step - 1, rows)}) i")
    c.execute("CHECKPOINT")


def pages_of(build, path):
    """Pages of the file, and those that trees are made of, as rowan check counts them."""
    done = subprocess.run([build + "/rowan", "check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(line.rsplit(None, 1) for line in done.stdout.splitlines() if line[-1:].isdigit())
    return int(counts["pages"]), int(counts["in trees"])


def making(args, folder, label, bytes_wanted):
    path = f"{folder}/{label}.rowan"
    server = Server(args.build, path)
    with server.connect() as c:
        fill(c, bytes_wanted)
    server.stop()
    size, before = os.path.getsize(path), pages_of(args.build, path)
    server = Server(args.build, path)
    took = []
    with server.connect() as c:
        c.execute("SELECT rowan.create_branch('warm')")
        cpu = server.cpu_us()
        for i in range(args.branches):
            start = time.perf_counter()
            c.execute(f"SELECT rowan.create_branch('b{i}')")
            took.append((time.perf_counter() - start) * 1e6)
        cpu = (server.cpu_us() - cpu) / args.branches
    server.stop()
    file_pages, tree_pages = (a - b for a, b in zip(pages_of(args.build, path), before))
    print(f"making a branch of {size / 1e6:.1f} MB: median {statistics.median(took):.0f} us, least {min(took):.0f} us, "
          f"most {max(took):.0f} us, engine CPU {cpu:.0f} us; {args.branches + 1} branches added {file_pages} pages to the "
          f"file, {tree_pages} to its trees")
    sys.stdout.flush()


def reading(args, folder):
    path, rows = f"{folder}/deep.rowan", 100000
    server = Server(args.build, path)
    with server.connect() as c:
        c.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
        c.execute(f"INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, {rows}) i")
        last = "main"
        start = time.perf_counter()
        for i in range(args.depth):
            c.execute(f"SELECT rowan.create_branch('d{i}', '{last}')")
            last = f"d{i}"
            if i % 10 == 0:  # each tenth has a change of its own
                with server.connect(last) as d:
                    d.execute("UPDATE t SET v = 'changed' WHERE id = %s", (i % rows + 1,))
        print(f"a chain of {args.depth} branches, every tenth with a commit of its own: {time.perf_counter() - start:.1f} s")
    found = {}
    with server.connect() as a, server.connect(last) as b:
        for branch, c in (("main", a), (last, b)):
            c.prepare_threshold = 0
            for i in range(2000):
                c.execute("SELECT v FROM t WHERE id = %s", (i % rows + 1,)).fetchone()
        for round_ in range(5):
            for branch, c in (("main", a), (last, b)):
                cpu, start = server.cpu_us(), time.perf_counter()
                cursor = c.cursor()
                for i in range(args.reads // 5):
                    cursor.execute("SELECT v FROM t WHERE id = %s", (i * 7919 % rows + 1,)).fetchone()
                found.setdefault(branch, []).append((server.cpu_us() - cpu) / (args.reads // 5))
    for branch, costs in found.items():
        print(f"a point read through the wire on {branch}: least {min(costs):.1f} us of CPU, median "
              f"{statistics.median(costs):.1f} us")
    server.stop()
    program = folder + "/branch_read"
    library = args.build + "/src/embed"
    subprocess.run(["cc", "-O2", HERE + "/branch_read.c", f"-I{HERE}/../include", f"-L{library}", "-lrowan",
                    f"-Wl,-rpath,{library}", "-o", program], check=True)
    done = subprocess.run([program, path, "main", last, str(rows), "200000"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    on_main, on_last = done.stdout.split()
    print(f"a point read in process: {on_main} ns of CPU on main, {on_last} ns on {last}")


def main():
    args = parse()
    args.build = os.path.abspath(args.build)
    folder = tempfile.mkdtemp(prefix="rowan-branches-")
    try:
        making(args, folder, "small", 1e6)
        making(args, folder, "large", args.gigabytes * 1e9)
        reading(args, folder)
    finally:
        shutil.rmtree(folder)


main()
