"""Random JSON texts, some of them wrong, jsonpaths, and expressions over them, from a seed.

Keys, numbers and strings are few, so that members are found, values meet and comparisons go either way.
"""
import random

KEYS = ["a", "b", "c", "aa", "", "é", "a b", "1"]
SCALARS = ["null", "true", "false", "0", "1", "1.0", "-2", "2.50", "1e3", "-0", "12345678901234567890", "0.1e-2", '""', '"a"',
           '"b"', '"aa"', '"1"', '"x\\ny"', '"\\u00e9"', '"é"', '"\\ud83d\\ude00"', '"q\\"q"', '"2017-03-10"', '"12:34:56"']
BLANKS = ["", "", "", " ", "\n", "\t "]
NOISE = list("{}[],:\"\\ untfe0123456789-.+a\n") + ["\\u", "\\u00", "\\ud800", "\\u0000", "null", "tru", "{}"]
TYPES = ["int", "text", "jsonb", "json", "int[]", "text[]", "numeric", "bool", "float8", "varchar(2)", "date"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, choices):
        return self.random.choice(choices)

    def key(self):
        return self.pick(KEYS)

    def text(self, depth=3):
        """A JSON text that is right."""
        r = self.random
        kind = r.random()
        blank = lambda: self.pick(BLANKS)
        if depth == 0 or kind < 0.35:
            return blank() + self.pick(SCALARS) + blank()
        count = r.choice([0, 1, 1, 2, 3])
        if kind < 0.65:
            inner = ",".join(self.text(depth - 1) for _ in range(count))
            return blank() + "[" + inner + "]" + blank()
        members = ",".join('%s"%s"%s:%s' % (blank(), self.key(), blank(), self.text(depth - 1)) for _ in range(count))
        return blank() + "{" + members + (blank() if count else "") + "}" + blank()

    def wrong(self):
        """A JSON text with something put in, taken out or cut off."""
        text = self.text()
        for _ in range(self.random.randint(1, 2)):
            at = self.random.randint(0, len(text))
            kind = self.random.random()
            if kind < 0.5:
                text = text[:at] + self.pick(NOISE) + text[at:]
            elif kind < 0.8:
                text = text[:at] + text[at + 1:]
            else:
                text = text[:at]
        return text

    @staticmethod
    def literal(text):
        return "'" + text.replace("'", "''") + "'"

    def json(self, type_name):
        return self.literal(self.text()) + "::" + type_name

    def path_array(self):
        steps = [self.pick(KEYS + ["0", "1", "-1", "2", "x"]) for _ in range(self.random.randint(0, 3))]
        if self.random.random() < 0.1:
            steps.append(None)
        return "array[%s]::text[]" % ",".join("null" if s is None else self.literal(s) for s in steps)

    # ---- jsonpath ----

    def path_steps(self, depth):
        steps = ""
        for _ in range(self.random.randint(0, 3)):
            steps += self.pick([
                ".a", ".b", '."aa"', ".*", "[*]", "[0]", "[last]", "[0 to 1]", "[1, 0]", ".**", ".**{1 to 2}", ".size()", ".type()",
                ".abs()", ".floor()", ".ceiling()", ".double()", ".datetime()",
                " ? (%s)" % self.path_predicate(depth - 1) if depth > 0 else ".c"])
        return steps

    def path_items(self, depth, root="$"):
        kind = self.random.random()
        if kind < 0.55 or depth == 0:
            return root + self.path_steps(depth)
        if kind < 0.75:
            return self.pick(["1", "2", "0", '"a"', '"b"', "null", "true", "1.5", "$v"])
        if kind < 0.85:
            return "-" + self.path_items(depth - 1, root)
        operands = [self.path_items(depth - 1, root) for _ in range(2)]
        return "(%s %s %s)" % (operands[0], self.pick(["+", "-", "*", "/", "%"]), operands[1])

    def path_predicate(self, depth):
        kind = self.random.random()
        if depth <= 0 or kind < 0.5:
            return "%s %s %s" % (self.path_items(0, "@"), self.pick(["==", "!=", "<", ">", "<=", ">=", "<>"]),
                                 self.path_items(max(depth, 0), "@"))
        if kind < 0.6:
            return "exists (%s)" % self.path_items(depth - 1, "@")
        if kind < 0.7:
            return '%s starts with "a"' % self.path_items(0, "@")
        if kind < 0.75:
            return '%s like_regex "^A" flag "i"' % self.path_items(0, "@")
        if kind < 0.82:
            return "!(%s)" % self.path_predicate(depth - 1)
        if kind < 0.9:
            return "((%s) is unknown)" % self.path_predicate(depth - 1)
        return "(%s %s %s)" % (self.path_predicate(depth - 1), self.pick(["&&", "||"]), self.path_predicate(depth - 1))

    def path(self):
        mode = self.pick(["", "", "lax ", "strict "])
        if self.random.random() < 0.2:
            return mode + self.path_predicate(2).replace("@", "$")
        return mode + self.path_items(2)

    # ---- queries ----

    def access(self):
        t = self.pick(["json", "jsonb"])
        doc = self.json(t)
        return self.pick([
            "%s -> %s" % (doc, self.literal(self.key())), "%s ->> %s" % (doc, self.literal(self.key())),
            "%s -> %d" % (doc, self.random.randint(-3, 3)), "%s ->> %d" % (doc, self.random.randint(-3, 3)),
            "%s #> %s" % (doc, self.path_array()), "%s #>> %s" % (doc, self.path_array()),
            "%s_typeof(%s)" % (t, doc), "%s_array_length(%s)" % (t, doc), "%s_strip_nulls(%s)" % (t, doc),
            "array(select x::text from %s_array_elements(%s) x)" % (t, doc),
            "array(select %s_array_elements_text(%s))" % (t, doc),
            "array(select %s_object_keys(%s))" % (t, doc),
            "array(select (e.key, e.value)::text from %s_each(%s) e)" % (t, doc),
            "array(select (e.key, e.value)::text from %s_each_text(%s) e)" % (t, doc)])

    def change(self):
        doc, other = self.json("jsonb"), self.json("jsonb")
        path, flag = self.path_array(), self.pick(["true", "false"])
        return self.pick([
            "%s || %s" % (doc, other), "%s - %s" % (doc, self.literal(self.key())),
            "%s - %d" % (doc, self.random.randint(-3, 3)), "%s - %s" % (doc, path), "%s #- %s" % (doc, path),
            "jsonb_set(%s, %s, %s, %s)" % (doc, path, other, flag), "jsonb_insert(%s, %s, %s, %s)" % (doc, path, other, flag),
            "jsonb_set_lax(%s, %s, null, %s, 'delete_key')" % (doc, path, flag), "jsonb_pretty(%s)" % doc,
            "(%s)[%s]" % (doc, self.pick(["'a'", "0", "-1", "'1'"]))])

    def test(self):
        doc, other = self.json("jsonb"), self.json("jsonb")
        return self.pick([
            "%s %s %s" % (doc, self.pick(["=", "<>", "<", "<=", ">", ">="]), other), "%s @> %s" % (doc, other),
            "%s <@ %s" % (doc, other), "%s ? %s" % (doc, self.literal(self.key())), "%s ?| %s" % (doc, self.path_array()),
            "%s ?& %s" % (doc, self.path_array()), "%s::%s" % (doc, self.pick(["int", "numeric", "bool", "float8", "int2"]))])

    def run_path(self):
        doc, path = self.json("jsonb"), self.literal(self.path())
        variables = "'{\"v\": 1}'"
        return self.pick([
            "jsonb_path_query_array(%s, %s, %s)" % (doc, path, variables),
            "jsonb_path_query_array(%s, %s, %s, true)" % (doc, path, variables),
            "jsonb_path_exists(%s, %s, %s)" % (doc, path, variables), "jsonb_path_query_first(%s, %s, %s)" % (doc, path, variables),
            "jsonb_path_match(%s, %s, %s, true)" % (doc, path, variables), "%s @? %s" % (doc, path.replace("$v", "2")),
            "%s @@ %s" % (doc, path.replace("$v", "2")), "%s::jsonpath" % path])

    def record(self):
        t = self.pick(["json", "jsonb"])
        columns = ", ".join('"%s" %s' % (k, self.pick(TYPES)) for k in self.random.sample(KEYS[:4], 2))
        return "(select r::text from %s_to_record(%s) as r(%s))" % (t, self.json(t), columns)

    def query(self):
        kind = self.random.random()
        if kind < 0.15:
            return "select %s::%s" % (self.literal(self.wrong()), self.pick(["json", "jsonb"]))
        if kind < 0.2:
            values = ", ".join("(%s)" % self.json("jsonb") for _ in range(6))
            return "select jsonb_agg(j order by j), jsonb_object_agg(j::text, j), count(distinct j) from (values %s) v(j)" % values
        make = self.pick([self.access, self.access, self.change, self.change, self.test, self.run_path, self.run_path, self.record])
        return "select %s" % make()
