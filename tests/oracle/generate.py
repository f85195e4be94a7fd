"""Random tables and random queries over them, from a seed.

The tables are small, their values few and many of them null, so that joins meet, groups collide and three-valued logic is
asked for. Queries have one answer as a bag of rows: LIMIT comes only with an ORDER BY over all columns, and nothing is
generated whose error depends on the order of evaluation.
"""
import random

TYPES = ["int4", "int8", "text", "numeric", "bool", "date"]
LITERALS = {
    "int4": ["0", "1", "2", "3", "-1"],
    "int8": ["0::int8", "1::int8", "2::int8", "3::int8"],
    "text": ["'a'", "'b'", "'c'", "''"],
    "numeric": ["0.0", "1.0", "1.5", "2.50"],
    "bool": ["true", "false"],
    "date": ["date '2024-01-01'", "date '2024-01-02'", "date '2024-02-29'"],
}
COMPARED = ["=", "=", "=", "<>", "<", "<=", ">", ">="]


class Table:
    def __init__(self, name, columns):
        self.name = name
        self.columns = columns  # [(name, type)]


class Data:
    """The tables of a seed: `tables`, and the statements that make them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tables = []
        self.statements = []
        for i in range(self.random.randint(2, 4)):
            self.add_table("t%d" % i)

    def value(self, type_name):
        if self.random.random() < 0.2:
            return "null"
        return self.random.choice(LITERALS[type_name])

    def add_table(self, name):
        r = self.random
        columns = [("a", "int4"), ("b", r.choice(["int4", "int8", "text"]))]
        columns += [(c, r.choice(TYPES)) for c in "cd"[:r.randint(1, 2)]]
        table = Table(name, columns)
        has_key = r.random() < 0.5
        parts = ["%s %s%s" % (c, t, " primary key" if has_key and c == "a" else "")
                 for c, t in columns]
        self.statements.append("create table %s (%s)" % (name, ", ".join(parts)))
        rows = r.choice([0, 1, 3, 6, 12])
        for n in range(rows):
            values = [self.value(t) for _, t in columns]
            if has_key:
                values[0] = str(n)
            self.statements.append("insert into %s values (%s)" % (name, ", ".join(values)))
        for c, _ in columns[1:]:
            if r.random() < 0.3:
                self.statements.append("create index on %s (%s)" % (name, c))
        if r.random() < 0.3:
            self.statements.append("create index on %s (b, a)" % name)
        if r.random() < 0.3:
            self.statements.append("analyze %s" % name)
        self.tables.append(table)


class Queries:
    """Queries over a seed's tables."""

    def __init__(self, data, seed):
        self.data = data
        self.random = random.Random(seed)
        self.names = 0
        self.ctes = []  # [(name, columns)] in sight

    def name(self, prefix):
        self.names += 1
        return "%s%d" % (prefix, self.names)

    # ---- expressions ----

    def column(self, type_name, scopes):
        found = [(a + "." + c) for scope in scopes for a, columns in scope for c, t in columns
                 if t == type_name]
        inner = [(a + "." + c) for a, columns in (scopes[0] if scopes else []) for c, t in columns
                 if t == type_name]
        if inner and self.random.random() < 0.6:
            return self.random.choice(inner)
        return self.random.choice(found) if found else None

    def literal(self, type_name):
        if self.random.random() < 0.08:
            return "null::" + type_name
        return self.random.choice(LITERALS[type_name])

    def leaf(self, type_name, scopes):
        column = self.column(type_name, scopes)
        if column is not None and self.random.random() < 0.75:
            return column
        return self.literal(type_name)

    def scalar(self, type_name, scopes, depth):
        r = self.random
        kind = r.random()
        if depth <= 0 or kind < 0.45:
            return self.leaf(type_name, scopes)
        if type_name == "bool" and kind < 0.6:
            return "(" + self.condition(scopes, depth - 1) + ")"
        if kind < 0.55:
            return "case when %s then %s else %s end" % (
                self.condition(scopes, depth - 1), self.scalar(type_name, scopes, depth - 1),
                self.scalar(type_name, scopes, depth - 1))
        if kind < 0.65:
            return "coalesce(%s, %s)" % (self.scalar(type_name, scopes, depth - 1),
                                         self.leaf(type_name, scopes))
        if kind < 0.7:
            return "nullif(%s, %s)" % (self.leaf(type_name, scopes), self.leaf(type_name, scopes))
        if kind < 0.82:
            return self.scalar_subquery(type_name, scopes, depth - 1)
        if type_name in ("int4", "int8", "numeric"):
            return "(%s %s %s)" % (self.scalar(type_name, scopes, depth - 1), r.choice("+-*"),
                                   self.leaf(type_name, scopes))
        if type_name == "text":
            return "(%s || %s)" % (self.leaf("text", scopes), self.leaf("text", scopes))
        return self.leaf(type_name, scopes)

    def scalar_subquery(self, type_name, scopes, depth):
        r = self.random
        scope, source = self.source(scopes, depth, 1)
        inner = [scope] + scopes
        where = " where " + self.condition(inner, depth) if r.random() < 0.7 else ""
        if type_name == "bool":
            return "(select bool_or(%s) from %s%s)" % (self.leaf("bool", inner), source, where)
        if type_name == "int8" and r.random() < 0.5:
            return "(select count(%s) from %s%s)" % (r.choice(["*", self.leaf("int4", inner)]),
                                                     source, where)
        return "(select %s(%s) from %s%s)" % (r.choice(["min", "max"]),
                                              self.leaf(type_name, inner), source, where)

    def comparison(self, scopes, depth):
        type_name = self.random.choice(TYPES)
        return "%s %s %s" % (self.scalar(type_name, scopes, depth - 1),
                             self.random.choice(COMPARED), self.leaf(type_name, scopes))

    def condition(self, scopes, depth):
        r = self.random
        kind = r.random()
        if depth > 0 and kind < 0.18:
            return "(%s %s %s)" % (self.condition(scopes, depth - 1), r.choice(["and", "or"]),
                                   self.condition(scopes, depth - 1))
        if depth > 0 and kind < 0.24:
            return "not (%s)" % self.condition(scopes, depth - 1)
        if kind < 0.34:
            return "%s is %snull" % (self.scalar(r.choice(TYPES), scopes, depth - 1),
                                     r.choice(["", "not "]))
        if kind < 0.39:
            type_name = r.choice(TYPES)
            return "%s is %sdistinct from %s" % (self.leaf(type_name, scopes),
                                                 r.choice(["", "not "]),
                                                 self.leaf(type_name, scopes))
        if kind < 0.46:
            type_name = r.choice(TYPES)
            items = ", ".join(self.leaf(type_name, scopes) if r.random() < 0.2
                              else self.literal(type_name) for _ in range(r.randint(1, 4)))
            return "%s %sin (%s)" % (self.leaf(type_name, scopes), r.choice(["", "not "]), items)
        if kind < 0.5:
            type_name = r.choice(["int4", "int8", "numeric", "text", "date"])
            return "%s %sbetween %s and %s" % (self.leaf(type_name, scopes),
                                               r.choice(["", "not "]),
                                               self.literal(type_name), self.literal(type_name))
        if kind < 0.53:
            return "%s is %s%s" % (self.leaf("bool", scopes), r.choice(["", "not "]),
                                   r.choice(["true", "false", "unknown"]))
        if depth > 0 and kind < 0.72:
            return self.sublink(scopes, depth - 1)
        return self.comparison(scopes, depth)

    def sublink(self, scopes, depth):
        r = self.random
        kind = r.random()
        if kind < 0.4:
            return "%sexists (%s)" % (r.choice(["", "not "]),
                                      self.select(scopes, depth, [r.choice(TYPES)]))
        type_name = r.choice(TYPES)
        left = self.leaf(type_name, scopes)
        query = self.select(scopes, depth, [type_name])
        if kind < 0.75:
            return "%s %sin (%s)" % (left, r.choice(["", "not "]), query)
        if kind < 0.85:
            other = r.choice(TYPES)
            query = self.select(scopes, depth, [type_name, other])
            return "(%s, %s) %sin (%s)" % (left, self.leaf(other, scopes),
                                           r.choice(["", "not "]), query)
        return "%s %s %s (%s)" % (left, r.choice(COMPARED), r.choice(["any", "all"]), query)

    # ---- FROM ----

    def item(self, scopes, depth, left):
        """One item of FROM: its alias and columns, and its text. `left`: what LATERAL may read."""
        r = self.random
        kind = r.random()
        alias = self.name("r")
        if self.ctes and kind < 0.2:
            cte, columns = r.choice(self.ctes)
            return (alias, columns), "%s %s" % (cte, alias)
        if depth > 0 and kind < 0.35:
            types = [r.choice(TYPES) for _ in range(r.randint(1, 3))]
            columns = [("x%d" % i, t) for i, t in enumerate(types)]
            is_lateral = bool(left) and r.random() < 0.4
            # What stands in FROM sees the queries around it, but its siblings only if LATERAL.
            inner = [left] + scopes if is_lateral else scopes
            return (alias, columns), "%s(%s) %s(%s)" % (
                "lateral " if is_lateral else "", self.query(inner, depth - 1, types), alias,
                ", ".join(c for c, _ in columns))
        if kind < 0.42:
            type_name = r.choice(TYPES)
            rows = ", ".join("(%s, %s)" % (self.literal("int4"), self.literal(type_name))
                             for _ in range(r.randint(1, 3)))
            return (alias, [("p", "int4"), ("q", type_name)]), "(values %s) %s(p, q)" % (rows, alias)
        if kind < 0.45:
            return (alias, [("n", "int4")]), "generate_series(%d, %d) %s(n)" % (
                r.randint(0, 2), r.randint(0, 4), alias)
        table = r.choice(self.data.tables)
        return (alias, table.columns), "%s %s" % (table.name, alias)

    def join(self, scopes, depth, size, left):
        if size <= 1:
            entry, text = self.item(scopes, depth, left)
            return [entry], text
        r = self.random
        first = r.randint(1, size - 1)
        left_scope, left_text = self.join(scopes, depth, first, left)
        kind = r.choice(["join", "join", "left join", "left join", "right join", "full join",
                         "cross join"])
        # A side that may be extended by nulls cannot be read by LATERAL from the other.
        sight = left + left_scope if kind in ("join", "left join", "cross join") else []
        right_scope, right_text = self.join(scopes, depth, size - first, sight)
        scope = left_scope + right_scope
        if size - first > 1:
            right_text = "(%s)" % right_text
        if kind == "cross join":
            return scope, "%s cross join %s" % (left_text, right_text)
        on = self.join_condition(left_scope, right_scope, scopes, depth, kind)
        return scope, "%s %s %s on %s" % (left_text, kind, right_text, on)

    def join_condition(self, left, right, scopes, depth, kind):
        r = self.random
        pairs = [(a + "." + c, b + "." + d) for a, lc in left for c, t in lc for b, rc in right
                 for d, u in rc if t == u]
        parts = []
        if pairs and (kind == "full join" or r.random() < 0.85):
            parts.append("%s = %s" % r.choice(pairs))
        if kind != "full join" and (not parts or r.random() < 0.4):
            parts.append(self.condition([left + right] + scopes, min(depth, 1)))
        return " and ".join(parts) if parts else "true"

    def source(self, scopes, depth, size):
        """FROM's text: comma lists and joins, with the scope that they make."""
        r = self.random
        scope, texts = [], []
        for _ in range(1 if r.random() < 0.8 else 2):
            more, text = self.join(scopes, depth, size, list(scope))
            scope += more
            texts.append(text)
        return scope, ", ".join(texts)

    # ---- queries ----

    def aggregate(self, type_name, scopes):
        r = self.random
        extra = " filter (where %s)" % self.condition(scopes, 0) if r.random() < 0.2 else ""
        distinct = "distinct " if r.random() < 0.2 else ""
        if type_name == "bool":
            return "%s(%s)%s" % (r.choice(["bool_and", "bool_or"]), self.leaf("bool", scopes), extra)
        if type_name == "int8" and r.random() < 0.7:
            if r.random() < 0.3:
                return "count(*)" + extra
            return "%s(%s%s)%s" % (r.choice(["count", "sum"]), distinct, self.leaf("int4", scopes),
                                   extra)
        if type_name == "numeric" and r.random() < 0.5:
            return "sum(%s%s)%s" % (distinct, self.leaf("numeric", scopes), extra)
        return "%s(%s)%s" % (r.choice(["min", "max"]), self.leaf(type_name, scopes), extra)

    def select(self, scopes, depth, types, size=None):
        """SELECT of columns of the given types, without ORDER BY."""
        r = self.random
        size = size or r.choice([1, 1, 2, 2, 3])
        scope, source = self.source(scopes, depth, size)
        inner = [scope] + scopes
        where = " where " + self.condition(inner, depth) if r.random() < 0.6 else ""
        kind = r.random()
        if kind < 0.25:
            return self.grouped(inner, types, source, where, depth)
        targets = ", ".join(self.scalar(t, inner, depth) for t in types)
        distinct = "distinct " if kind < 0.4 else ""
        return "select %s%s from %s%s" % (distinct, targets, source, where)

    def grouped(self, scopes, types, source, where, depth):
        r = self.random
        keys = []
        for _ in range(r.choice([0, 1, 1, 2])):
            column = self.column(r.choice(TYPES), scopes[:1])
            if column is not None and column not in keys:
                keys.append(column)
        owner = {a + "." + c: t for a, columns in scopes[0] for c, t in columns}
        targets = []
        for t in types:
            same = [k for k in keys if owner[k] == t]
            targets.append(r.choice(same) if same and r.random() < 0.6
                           else self.aggregate(t, scopes[:1]))
        text = "select %s from %s%s" % (", ".join(targets), source, where)
        if keys:
            text += " group by " + ", ".join(keys)
        if r.random() < 0.25:
            text += " having %s %s %s" % (self.aggregate("int8", scopes[:1]), r.choice(COMPARED),
                                          self.literal("int8"))
        return text

    def query(self, scopes, depth, types, size=None):
        """A whole query: WITH, set operations, ORDER BY with LIMIT."""
        r = self.random
        known = len(self.ctes)
        prefix = ""
        if depth > 0 and r.random() < 0.2:
            parts = []
            for _ in range(r.randint(1, 2)):
                cte_types = [r.choice(TYPES) for _ in range(r.randint(1, 3))]
                columns = [("y%d" % i, t) for i, t in enumerate(cte_types)]
                name = self.name("w")
                text = self.query(scopes, depth - 1, cte_types)
                how = r.choice(["", "", "materialized ", "not materialized "])
                parts.append("%s(%s) as %s(%s)" % (name, ", ".join(c for c, _ in columns), how, text))
                self.ctes.append((name, columns))
            prefix = "with %s " % ", ".join(parts)
        text = self.select(scopes, depth, types, size)
        if r.random() < 0.2:
            for _ in range(r.randint(1, 2)):
                text = "(%s) %s (%s)" % (
                    text, r.choice(["union", "union all", "intersect", "except", "except all",
                                    "intersect all"]), self.select(scopes, depth - 1, types))
        if r.random() < 0.3:
            order = ["%d%s" % (i + 1, r.choice(["", " desc", " nulls first", " desc nulls last"]))
                     for i in range(len(types))]
            text += " order by " + ", ".join(order)
            if r.random() < 0.6:
                text += " limit %d" % r.randint(0, 5)
            if r.random() < 0.2:
                text += " offset %d" % r.randint(0, 2)
        del self.ctes[known:]
        return prefix + text

    def any_query(self):
        r = self.random
        return self.query([], r.choice([0, 1, 2, 2, 3]), [r.choice(TYPES) for _ in
                                                         range(r.randint(1, 4))])

    def parts(self):
        """For TLP: a query's text up to WHERE, and a condition."""
        r = self.random
        depth = r.choice([0, 1, 2])
        scope, source = self.source([], depth, r.choice([1, 2, 3]))
        columns = [a + "." + c for a, cs in scope for c, _ in cs]
        return "select %s from %s" % (", ".join(columns), source), self.condition([scope], depth)
