"""Changes of data by several sessions at once: what a statement does with rows that another one changes meanwhile.

Goal: READ COMMITTED as PostgreSQL has it. Method: one session holds a row, another's statement waits for it in a thread, and
goes on with what the first has left.
"""
import threading

import psycopg


class Waiter:
    """A statement in a session of its own, which is to wait for somebody."""

    def __init__(self, connect, port, text, before="select 1"):
        self.error, self.tag = None, None
        self.connection = connect(port, autocommit=True)
        self.connection.execute(before)
        self.thread = threading.Thread(target=self.run, args=(text,))
        self.thread.start()
        self.thread.join(0.3)
        assert self.thread.is_alive(), "did not wait: %s" % text

    def run(self, text):
        try:
            self.tag = self.connection.execute(text).statusmessage
        except psycopg.Error as error:
            self.error = error.sqlstate

    def end(self):
        self.thread.join(10)
        assert not self.thread.is_alive(), "waits on"
        self.connection.close()
        return self.error or self.tag


def merge_with_waits(connect, port):
    merge = ("merge into mt using ms on k = s when matched and v >= 100 then delete "
             "when matched then update set v = v + 1 when not matched then insert values (s, 0)")
    with connect(port, autocommit=True) as a:
        a.execute("create table mt (k int primary key, v int); create table ms (s int); insert into ms values (1), (2)")
        for first, left in (("update mt set v = 50 where k = 1", [(1, 51), (2, 11)]),
                            ("update mt set v = 100 where k = 1", [(2, 11)]),
                            ("delete from mt where k = 1", [(1, 0), (2, 11)]),
                            ("update mt set k = 3 where k = 1", [(1, 0), (2, 11), (3, 10)])):
            a.execute("truncate mt; insert into mt values (1, 10), (2, 10)")
            a.execute("begin")
            a.execute(first)
            waiter = Waiter(connect, port, merge)
            a.execute("commit")
            end = waiter.end()
            assert end == "MERGE 2", (first, end)
            got = a.execute("select * from mt order by k").fetchall()
            assert got == left, (first, got)
        a.execute("truncate mt")
        a.execute("begin; insert into mt values (1, 1)")
        waiter = Waiter(connect, port, merge)
        a.execute("commit")
        end = waiter.end()
        assert end == "23505", ("new row", end)
        a.execute("truncate mt; insert into mt values (1, 10)")
        a.execute("begin; update mt set v = 50")
        waiter = Waiter(connect, port, merge, "begin isolation level repeatable read")
        a.execute("commit")
        end = waiter.end()
        assert end == "40001", end
