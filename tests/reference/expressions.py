"""Random expressions from a seed, each a query over one row of chosen values."""
import random

from grammar import type_name
from values import VALUES


class Expressions:
    def __init__(self, grammar, seed):
        self.grammar = grammar
        self.chance = random.Random(seed)
        self.used, self.columns = [], []

    def query(self, depth):
        """A query; afterwards self.used names what it calls."""
        self.used, self.columns = [], []
        wanted = self.chance.choice(self.grammar.types)
        expression = self.make(wanted, self.chance.randint(1, depth))
        return "select %s from (select %s offset 0) s" % (expression, ", ".join(self.columns))

    def make(self, name, depth):
        ways = self.grammar.by_type.get(name)
        if depth == 0 or not ways or self.chance.random() < 0.15:
            return self.leaf(name)
        if self.chance.random() < 0.1:
            return self.form(name, depth - 1)
        what, template, arguments = self.chance.choice(ways)
        self.used.append(what)
        return template.format(*[self.make(argument, depth - 1) for argument in arguments])

    def leaf(self, name):
        """A column of the row: constants would be folded, by each server in an order of its own."""
        value = "null"
        if self.chance.random() >= 0.06:
            value = "'%s'" % self.chance.choice(VALUES[name]).replace("'", "''")
        self.columns.append("%s::%s as c%d" % (value, type_name(name), len(self.columns)))
        return "c%d" % (len(self.columns) - 1)

    def form(self, name, depth):
        """What the grammar of SQL has and the catalog does not."""
        make = self.make
        forms = [
            lambda: "case when %s then %s else %s end" % (
                make("bool", depth), make(name, depth), make(name, depth)),
            lambda: "coalesce(%s, %s)" % (make(name, depth), make(name, depth)),
            lambda: "nullif(%s, %s)" % (make(name, depth), make(name, depth)),
            lambda: "%s(%s, %s)" % (self.chance.choice(("greatest", "least")), make(name, depth),
                                    make(name, depth)),
        ]
        if name == "bool":
            forms += [self.condition] * 4
        return self.chance.choice(forms)()

    def condition(self):
        kind = self.chance.choice(self.grammar.types)
        template = self.chance.choice((
            "({} between {} and {})", "({} not between symmetric {} and {})", "({} is null)",
            "({} is not distinct from {})", "({} in ({}, {}))", "({} not in ({}, {}))",
            "({} = any(array[{}, {}]))", "({} < all(array[{}, {}]))"))
        return template.format(*[self.make(kind, 1) for _ in range(template.count("{}"))])
