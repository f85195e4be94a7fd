"""PostgreSQL 15 in a folder of its own, on a Unix socket, to compare answers with."""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "reference"
DEADLINE = 60


class Reference:
    """Ended by its own process id; its folder goes with it."""

    def __init__(self):
        bin_folder = subprocess.check_output([TOOL], text=True).strip()
        self.folder = tempfile.mkdtemp(prefix="rowan-reference-")
        os.chmod(self.folder, 0o755)
        self.as_user = []
        if os.getuid() == 0:  # which PostgreSQL refuses to run as
            bin_folder = self.reachable(bin_folder)
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self.as_user = ["setpriv", "--reuid=nobody", "--regid=%d" % nobody.pw_gid,
                            "--clear-groups"]
        data = self.folder + "/data"
        self.run([bin_folder + "/initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync",
                  "--locale=C.UTF-8", "--encoding=UTF8"])
        self.process = subprocess.Popen(
            self.as_user + [bin_folder + "/postgres", "-D", data, "-k", self.folder,
                            "-c", "listen_addresses=", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=open(self.folder + "/log", "w"), cwd=self.folder)
        self.conninfo = "host=%s user=postgres dbname=postgres" % self.folder
        deadline = time.monotonic() + DEADLINE
        while not self.is_ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                log = open(self.folder + "/log").read()
                self.end()
                raise SystemExit("PostgreSQL did not start: " + log)
            time.sleep(0.05)

    def reachable(self, bin_folder):
        """The programs where another user gets at them: unpacked ones may lie in somebody's home."""
        if bin_folder.startswith("/usr/"):
            return bin_folder
        place = bin_folder.index("/usr/lib/postgresql/")
        shutil.copytree(bin_folder[:place] + "/usr", self.folder + "/usr", symlinks=True)
        return self.folder + bin_folder[place:]

    def is_ready(self):
        try:
            psycopg.connect(self.conninfo).close()
        except psycopg.OperationalError:
            return False
        return True

    def run(self, command):
        subprocess.run(self.as_user + command, check=True, stdout=subprocess.DEVNULL,
                       cwd=self.folder)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)
