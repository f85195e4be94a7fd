"""A server on a file of its own, with a disk that can be made to fail; for tests/disk/run."""
import contextlib
import ctypes
import os
import select
import signal
import subprocess
import time

import psycopg

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def as_anyone():
    """Drops root's right to write what it has no permission to."""
    libc = ctypes.CDLL(None)
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def sanitizer(program):
    """The sanitizer's runtime that the program is linked with, if any: it must be loaded before all else."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return [word for word in listed.split() if word.startswith("/") and ("/libasan." in word or "/libtsan." in word)]


class Refused(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


class Server:
    """`rowan serve PATH`; what it prints gathers in .text."""

    def __init__(self, build, path, settings=(), faults=None, is_restricted=False):
        args = [build + "/rowan", "serve", path, "-p", "0", "-k", ""]
        for setting in settings:
            args += ["-c", setting]
        env = dict(os.environ)
        if faults:
            preload = sanitizer(args[0]) + [build + "/tests/disk/disk_faults.so"]
            env.update(LD_PRELOAD=":".join(preload), DISK_FAULTS=faults.path)
        self.process = subprocess.Popen(args, stderr=subprocess.PIPE, env=env, start_new_session=True,
                                        preexec_fn=as_anyone if is_restricted else None)
        self.text = ""
        until = time.time() + 60
        while "ready: " not in self.text:
            if not self._read(until - time.time()):
                code = self.process.wait(20)
                raise Refused(code, self.text)
        line = self.text[self.text.index("ready: "):].split("\n")[0]
        self.port = int(line.rsplit(":", 1)[1].split("/")[0])

    def _read(self, seconds):
        ready, _, _ = select.select([self.process.stderr], [], [], max(seconds, 0))
        got = os.read(self.process.stderr.fileno(), 65536) if ready else b""
        if not ready and seconds > 0:
            self.kill()
            raise AssertionError("neither ready nor refused in a minute: " + self.text[-300:])
        self.text += got.decode("utf-8", "replace")
        return bool(got)

    def said(self, words, seconds=20):
        """Waits until the server has printed the words."""
        until = time.time() + seconds
        while words not in self.text:
            if time.time() > until:
                return False
            ready, _, _ = select.select([self.process.stderr], [], [], 0.1)
            if ready:
                self.text += os.read(self.process.stderr.fileno(), 65536).decode("utf-8", "replace")
        return True

    def connect(self, db="main", **options):
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=db, autocommit=True,
                               connect_timeout=20, **options)

    def sql(self, text, db="main"):
        with self.connect(db) as c:
            cursor = c.execute(text)
            return cursor.fetchall() if cursor.description else None

    def error(self, text, db="main"):
        """The SQLSTATE and message of a statement that must fail."""
        try:
            self.sql(text, db)
        except psycopg.Error as e:
            return e.sqlstate, str(e)
        raise AssertionError("no error: " + text)

    def kill(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)
        self.process.stderr.close()
        # The engine holds the file until all of its memory has been given back.
        until = time.time() + 20
        while time.time() < until and any(os.path.exists("/proc/" + pid) for pid in children):
            time.sleep(0.01)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server does not stop: " + self.text[-300:])
        self.text += self.process.stderr.read().decode("utf-8", "replace")
        self.process.stderr.close()
        return self.process.returncode


class Faults:
    """The switches that faults.c maps."""
    SYNC, FULL, READ, LOST = range(4)

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as f:
            f.write(b"0" * 4096)

    def turn(self, fault, is_on=True):
        with open(self.path, "r+b") as f:
            f.seek(fault)
            f.write(b"1" if is_on else b"0")


def check(build, path):
    """Exit status and all that `rowan check` prints."""
    done = subprocess.run([build + "/rowan", "check", path], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr
