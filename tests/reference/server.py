"""A server of a build, in memory, and what it answers to one statement."""
import collections
import signal
import subprocess

import psycopg

STATUS = psycopg.pq.ExecStatus
FIELD = psycopg.pq.DiagnosticField


class Answer(collections.namedtuple("Answer", "rows types state message")):
    """rows and types (OIDs), or a SQLSTATE ("lost": the connection is gone) and a message, which is
    not compared."""

    def __eq__(self, other):
        return self[:3] == other[:3]

    def __str__(self):
        shown = (self.state, self.message) if self.state else (self.rows[:5], self.types)
        return "%s %s" % shown


class Server:
    """Ended by its own process id."""

    def __init__(self, build):
        self.process = subprocess.Popen([build + "/rowan", "serve", ":memory:", "-p", "0"],
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        assert line.startswith("ready: "), line
        self.port = int(line.rsplit(":", 1)[1].split("/")[0])

    def connect(self):
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname="main",
                               autocommit=True)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)


def ask(connection, sql):
    try:
        result = connection.pgconn.exec_(sql.encode())
    except psycopg.Error as e:
        return Answer(None, None, "lost", str(e))
    if result.status in (STATUS.TUPLES_OK, STATUS.COMMAND_OK):
        rows = [tuple(result.get_value(r, c) for c in range(result.nfields))
                for r in range(result.ntuples)]
        return Answer(rows, [result.ftype(c) for c in range(result.nfields)], None, None)
    state = result.error_field(FIELD.SQLSTATE)
    message = result.error_field(FIELD.MESSAGE_PRIMARY)
    if state is None:
        return Answer(None, None, "lost", result.error_message.decode(errors="replace"))
    return Answer(None, None, state.decode(), message.decode(errors="replace"))
