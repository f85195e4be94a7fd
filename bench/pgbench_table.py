#!/usr/bin/python3
"""pgbench, unmodified, against a served file: its three scripts in its three query modes.

For each: transactions a second, the server's CPU and bytes written per transaction. After each the balances are summed up: what
accounts have gained must be what the history of the run says, and tellers and branches must agree.

usage: pgbench_table.py BUILD_DIR [--scale N] [--seconds N] [--clients N] [--modes simple,extended,prepared] [--only SCRIPT]
Needs pgbench, psql; writes a database to a temporary folder under TMPDIR, and prints a line a run.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")
SCRIPTS = ["tpcb-like", "simple-update", "select-only"]
SUMS = ("select (select sum(abalance) from pgbench_accounts), (select sum(tbalance) from pgbench_tellers), "
        "(select sum(bbalance) from pgbench_branches), (select coalesce(sum(delta), 0) from pgbench_history)")


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--scale", type=int, default=50)
    p.add_argument("--seconds", type=int, default=10)
    p.add_argument("--clients", type=int, default=8)
    p.add_argument("--modes", default="simple,extended,prepared")
    p.add_argument("--only", default="")
    return p.parse_args()


class Server:
    def __init__(self, build, path):
        self.process = subprocess.Popen([build + "/rowan", "serve", path, "-p", "0", "-c", "shared_buffers=2GB"],
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        if not line.startswith("ready: "):
            sys.exit(line)
        self.port = line.rsplit(":", 1)[1].split("/")[0]
        pid = self.process.pid
        self.engine = int(open(f"/proc/{pid}/task/{pid}/children").read().split()[0])
        self.client = ["-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]

    def used(self):
        fields = open(f"/proc/{self.engine}/stat").read().rsplit(")", 1)[1].split()
        io = dict(line.split(": ") for line in open(f"/proc/{self.engine}/io").read().splitlines())
        return (int(fields[11]) + int(fields[12])) / TICK, int(io["write_bytes"])

    def sums(self):
        out = subprocess.run(["psql", "-XAtq", *self.client, "-c", SUMS, "main"], capture_output=True, text=True, check=True).stdout
        return [int(x) for x in out.strip().split("|")]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.stderr.close()
        return self.process.wait(60)


def check(script, before, after):
    """pgbench empties the history before a run: it then tells of that run alone."""
    if script == "select-only":
        return after[:3] == before[:3]
    gained = [a - b for a, b in zip(after[:3], before[:3])]
    moved = after[3]
    return gained == ([moved] * 3 if script == "tpcb-like" else [moved, 0, 0])


def run(server, options, script, mode):
    before = server.sums()
    cpu, written = server.used()
    done = subprocess.run(["pgbench", *server.client, "-b", script, "-M", mode, "-c", str(options.clients), "-j", "2",
                           "-T", str(options.seconds), "main"], capture_output=True, text=True)
    cpu_now, written_now = server.used()
    if done.returncode != 0:
        sys.exit(done.stderr)
    count = int(re.search(r"actually processed: (\d+)", done.stdout)[1])
    failed = int((re.search(r"failed transactions: (\d+)", done.stdout) or [0, 0])[1])
    tps = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
    is_right = check(script, before, server.sums()) and failed == 0
    print(f"{script:14} {mode:9} {tps:9.0f} tps {(cpu_now - cpu) * 1e6 / count:7.1f} us CPU "
          f"{(written_now - written) / count:8.0f} bytes  {'balances add up' if is_right else 'BALANCES ARE WRONG'}", flush=True)
    return is_right


def main():
    options = parse()
    with tempfile.TemporaryDirectory(prefix="rowan-pgbench-") as folder:
        server = Server(options.build, folder + "/db")
        began = time.monotonic()
        subprocess.run(["pgbench", *server.client, "-i", "-s", str(options.scale), "-q", "main"], check=True, capture_output=True)
        print(f"pgbench -i -s {options.scale}: {time.monotonic() - began:.1f} s")
        results = [run(server, options, script, mode) for script in SCRIPTS if options.only in ("", script)
                   for mode in options.modes.split(",")]
        code = server.stop()
    return 0 if code == 0 and all(results) else 1


sys.exit(main())
