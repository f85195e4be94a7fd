"""Random queries with window functions and aggregates of every form, over one table, from a seed.

Each has one answer as a bag of rows: what depends on the order of rows that tie (ranks do not; row_number, lag, frames of rows
and collected values do) is asked only of windows and aggregates whose order ends with the table's key.
"""
import random

COLUMNS = {"g": "int4", "h": "text", "k": "int4", "v": "int8", "n": "numeric", "f": "float8", "d": "date", "ts": "timestamp",
           "iv": "interval", "s": "int2", "b": "bool"}
LITERALS = {
    "int4": ["0", "1", "2", "3", "5", "-4", "7"],
    "int2": ["0", "1", "2", "32767", "-32768"],
    "int8": ["0", "1", "10", "9223372036854775807", "-3"],
    "text": ["'a'", "'b'", "'a longer text than twelve bytes'", "''"],
    "numeric": ["0", "1.5", "2.50", "-0.001", "12345678901234567890.5", "'NaN'", "7"],
    "float8": ["0", "1.5", "-2.5", "1e10", "'NaN'", "'Infinity'"],
    "date": ["'2024-01-01'", "'2024-01-02'", "'2024-02-29'", "'2023-12-31'"],
    "timestamp": ["'2024-01-01 10:00'", "'2024-01-01 10:30'", "'2024-03-01'"],
    "interval": ["'1 day'", "'2 hours'", "'1 mon'", "'-3 days'"],
    "bool": ["true", "false"],
}
OFFSETS = {
    "int4": ["0", "1", "2", "2::int8", "1::int2"], "int2": ["0", "1", "1::int8"], "int8": ["0", "3", "10::int8"],
    "numeric": ["0", "1.0", "2.5"], "float8": ["0", "1.0", "1.5"], "date": ["'1 day'::interval", "'1 mon'::interval"],
    "timestamp": ["'30 min'::interval", "'1 day'::interval"], "interval": ["'1 day'::interval"],
}
SUMMED = ["k", "v", "n", "s", "iv"]


class Windows:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def statements(self, rows=None):
        r = self.random
        rows = r.choice([0, 1, 5, 20, 40]) if rows is None else rows
        out = ["drop table if exists w", "create table w (id int4 primary key, %s)" % ", ".join(
            "%s %s" % column for column in COLUMNS.items())]
        exact = r.random() < 0.7  # no NaN, no infinity, nothing huge
        lines = []
        for i in range(rows):
            values = []
            for kind in COLUMNS.values():
                choices = LITERALS[kind][:4] if exact else LITERALS[kind]
                if exact and kind == "int8":
                    choices = LITERALS[kind][:3]
                values.append("null" if r.random() < 0.15 else r.choice(choices))
            lines.append("(%d, %s)" % (i, ", ".join(values)))
        return out + (["insert into w values " + ", ".join(lines)] if lines else [])

    # ---- windows ----

    def order(self, is_exact, count=None):
        r = self.random
        keys = r.sample(list(COLUMNS), r.choice([0, 1, 1, 2]) if count is None else count)
        parts = [k + r.choice(["", "", " desc", " nulls first", " desc nulls last"]) for k in keys]
        if is_exact:
            parts.append("id" + r.choice(["", " desc"]))
        return parts

    def bound(self, kind, is_start, offsets):
        r = self.random
        choices = ["current row"] + ["%s preceding" % r.choice(offsets), "%s following" % r.choice(offsets)] * 2
        choices.append("unbounded preceding" if is_start else "unbounded following")
        return r.choice(choices)

    def frame(self, order):
        r = self.random
        modes = ["rows", "range"] + (["groups"] if order else [])
        mode = r.choice(modes)
        offsets = ["0", "1", "2", "3"]
        if mode == "range":
            kind = COLUMNS.get(order[0].split()[0], "int4") if len(order) == 1 else None
            offsets = OFFSETS.get(kind, [])
        if not offsets:
            start = r.choice(["unbounded preceding", "current row"])
            end = r.choice(["unbounded following", "current row"])
        else:
            start, end = self.bound(mode, True, offsets), self.bound(mode, False, offsets)
        text = "%s between %s and %s" % (mode, start, end)
        return text + r.choice(["", "", " exclude current row", " exclude group", " exclude ties", " exclude no others"])

    def window(self, is_exact):
        r = self.random
        parts = []
        if r.random() < 0.6:
            parts.append("partition by " + ", ".join(r.sample(["g", "h", "b", "d", "k % 2", "n"], r.choice([1, 1, 2]))))
        single = not is_exact and r.random() < 0.4
        order = self.order(is_exact, 1 if single else None)
        if order:
            parts.append("order by " + ", ".join(order))
        mode = ""
        if r.random() < 0.6:
            mode = self.frame(order)
            if mode.startswith("rows") and not is_exact:
                mode = mode.replace("rows", "groups", 1) if order else ""
            if mode:
                parts.append(mode)
        return "(" + " ".join(parts) + ")"

    def call(self):
        r = self.random
        kind = r.random()
        column = r.choice(list(COLUMNS))
        if kind < 0.15:
            return r.choice(["rank()", "dense_rank()", "percent_rank()", "cume_dist()"]), False
        if kind < 0.25:
            return r.choice(["row_number()", "ntile(%d)" % r.randint(1, 5)]), True
        if kind < 0.4:
            return "%s(%s%s)" % (r.choice(["lag", "lead"]), column, r.choice(["", ", 2", ", k", ", 0", ", -1"])), True
        if kind < 0.45:
            return "%s(k, s, 99)" % r.choice(["lag", "lead"]), True
        if kind < 0.55:
            return r.choice(["first_value(%s)", "last_value(%s)", "nth_value(%s, 2)"]) % column, True
        extra = " filter (where %s)" % self.condition() if r.random() < 0.25 else ""
        call, is_exact = self.plain_aggregate()
        return call + extra, is_exact

    def condition(self):
        return self.random.choice(["k > 1", "b", "h is not null", "g = 1 or k < 3", "not b"])

    def plain_aggregate(self):
        """A call, and whether its value depends on the order of its rows."""
        r = self.random
        kind = r.random()
        if kind < 0.3:
            return "%s(%s)" % (r.choice(["sum", "avg"]), r.choice(SUMMED)), False
        if kind < 0.45:
            return r.choice(["count(*)", "count(%s)" % r.choice(list(COLUMNS))]), False
        if kind < 0.65:
            return "%s(%s)" % (r.choice(["min", "max"]), r.choice([c for c in COLUMNS if c != "b"])), False
        if kind < 0.75:
            return "%s(%s)" % (r.choice(["variance", "var_pop", "stddev", "stddev_pop"]), r.choice(["k", "v", "n", "s"])), False
        if kind < 0.85:
            return r.choice(["bool_and(b)", "bool_or(b)", "every(b)", "bit_and(k)", "bit_or(v)", "bit_xor(s)"]), False
        return r.choice(["array_agg(%s)" % r.choice(list(COLUMNS)), "string_agg(h, '-')", "sum(f)", "avg(f)", "regr_slope(f, k)",
                         "corr(k, f)", "covar_pop(k, s)"]), True

    def windowed(self):
        r = self.random
        targets, windows = ["id"], []
        named = []
        for i in range(r.randint(1, 4)):
            call, is_exact = self.call()
            same = [w for w in named if w[1] or not is_exact]
            if same and r.random() < 0.4:
                targets.append("%s over %s" % (call, r.choice(same)[0]))
                continue
            text = self.window(is_exact)
            if r.random() < 0.4:
                name = "w%d" % i
                windows.append("%s as %s" % (name, text))
                named.append((name, is_exact))
                text = name
            targets.append("%s over %s" % (call, text))
        query = "select %s from w" % ", ".join(targets)
        if r.random() < 0.3:
            query += " where " + self.condition()
        if windows:
            query += " window " + ", ".join(windows)
        return query

    # ---- aggregates ----

    def aggregate(self):
        r = self.random
        kind = r.random()
        extra = " filter (where %s)" % self.condition() if r.random() < 0.2 else ""
        column = r.choice(list(COLUMNS))
        if kind < 0.3:
            call, is_exact = self.plain_aggregate()
            if is_exact:
                call = call[:-1] + " order by %s)" % ", ".join(self.order(True))
            return call + extra
        if kind < 0.45:
            return "%s(distinct %s)%s" % (r.choice(["count", "array_agg"]), column, extra)
        if kind < 0.5:
            return "sum(distinct k)" + extra
        if kind < 0.55:
            return "array_agg(distinct h order by h%s)%s" % (r.choice([" desc", " nulls first"]), extra)
        order = "order by %s%s" % (column, r.choice(["", " desc", " nulls first"]))
        if kind < 0.65:
            share = r.choice(["0", "0.5", "0.25", "1", "null", "array[0, 0.5, null, 1]", "array[[0.1, 0.9], [0.3, 0.3]]"])
            return "percentile_disc(%s) within group (%s)%s" % (share, order, extra)
        if kind < 0.75:
            share = r.choice(["0", "0.5", "0.3", "1", "null", "array[0, 0.5, null, 1]"])
            return "percentile_cont(%s) within group (order by %s%s)%s" % (share, r.choice(["f", "k", "iv", "v"]), r.choice(
                ["", " desc"]), extra)
        if kind < 0.82:
            return "mode() within group (%s)%s" % (order, extra)
        name = r.choice(["rank", "dense_rank", "percent_rank", "cume_dist"])
        if r.random() < 0.5:
            return "%s(%s) within group (order by k%s)%s" % (name, r.choice(["1", "3", "null", "-100"]), r.choice(
                ["", " desc", " nulls first"]), extra)
        return "%s(2, 'a') within group (order by k, h desc)%s" % (name, extra)

    def grouped(self):
        r = self.random
        keys = r.sample(["g", "h", "b", "s"], r.choice([0, 1, 2, 3]))
        how = r.random()
        targets = list(keys)
        if not keys:
            group = ""
        elif how < 0.4:
            group = " group by " + ", ".join(keys)
        elif how < 0.6:
            group = " group by rollup (%s)" % ", ".join(keys)
        elif how < 0.8:
            group = " group by cube (%s)" % ", ".join(keys)
        else:
            sets = ["(" + ", ".join(r.sample(keys, r.randint(0, len(keys)))) + ")" for _ in range(r.randint(1, 3))]
            group = " group by grouping sets (%s)" % ", ".join(sets)
            used = [k for k in keys if any(k in s for s in sets)]
            targets = keys = used
        if keys and "(" in group:
            targets = targets + ["grouping(%s)" % ", ".join(keys)]
        targets = targets + [self.aggregate() for _ in range(r.randint(1, 3))]
        if keys and r.random() < 0.3:
            targets.append("sum(count(*)) over (order by %s)" % ", ".join(keys))
        where = " where " + self.condition() if r.random() < 0.3 else ""
        return "select %s from w%s%s" % (", ".join(targets), where, group)

    def query(self):
        return self.windowed() if self.random.random() < 0.65 else self.grouped()
