"""What a PostgreSQL can compute between some types, read from its own catalog."""
import collections

# Functions whose answer is of the server, the session or the moment, that ask for rights, or that
# only the inside of a server calls. Of btint4cmp and kin the sign alone has a meaning.
IMPURE = (
    "pg_", "has_", "txid_", "inet_client", "inet_server", "lo_", "current_", "session_", "now",
    "clock_", "statement_timestamp", "transaction_timestamp", "timeofday", "random", "setseed",
    "version", "set_config", "getdatabase", "nextval", "currval", "setval", "lastval", "gen_random",
    "to_reg", "col_description", "obj_description", "shobj_", "format_type", "be_",
    "binary_upgrade", "query_to", "table_to", "schema_to", "database_to", "cursor_to",
    "row_security", "hash", "make_acl", "acl", "amvalidate", "satisfies_hash", "mxid", "age",
    "getpgusername", "icu_", "unicode_", "fmgr", "brin", "gin", "gist", "spg", "dsimple",
    "dispell", "thesaurus", "prsd", "system", "bernoulli", "tsm_", "heap_", "suppress", "trigger",
    "event_", "record_image", "in_range", "shell_", "varcharlike", "any", "bt", "to_ascii",
    "convert", "xml", "float8_", "int8inc",
    "width_bucket",  # which version 15 rounds wrongly, and overflows
)
INTERNAL = (
    "in", "out", "recv", "send", "support", "sortsupport", "_transfn", "_accum", "_combine",
    "_serialize", "_deserialize", "_finalfn", "_inv", "sel", "_final", "trans", "equalimage", "cmp",
    "_hash", "_hash_extended", "_avg", "_sum", "_stddev_samp", "_stddev_pop", "_var_samp",
    "_var_pop", "_canonical", "_subdiff",
)


def type_name(name):
    return '"char"' if name == "char" else name


class Grammar:
    """by_type: of each type, the ways to make a value of it: (name, template, argument types)."""

    def __init__(self, reference, types, names=None):
        self.types = types
        self.by_type = collections.defaultdict(list)
        self.names = names
        listed = ", ".join("'%s'::regtype" % type_name(name) for name in types)
        self.type_of = dict(reference.execute(
            "select oid, typname from pg_type where oid in (%s)" % listed).fetchall())
        known = "array[%s]::oid[]" % ", ".join(map(str, self.type_of))
        for part in (self.operators, self.functions, self.casts):
            part(reference, known)
        for family in self.families(reference, known):
            self.polymorphic(reference, family)

    def add(self, result, name, template, arguments):
        if self.names is None or name in self.names:
            self.by_type[self.type_of[result]].append(
                (name, template, [self.type_of[argument] for argument in arguments]))

    def operators(self, reference, known):
        for name, left, right, result in reference.execute(
                "select oprname, oprleft, oprright, oprresult from pg_operator "
                "where oprcode <> 0 and oprresult = any(%s) and oprright = any(%s) "
                "and (oprleft = 0 or oprleft = any(%s)) order by oid" % (known, known, known)):
            if left == 0:
                self.add(result, name, "(" + name + " {})", [right])
            else:
                self.add(result, name, "({} " + name + " {})", [left, right])

    def families(self, reference, known):
        """What the polymorphic types stand for together: of each range, and of each array."""
        for span, spans, element in reference.execute(
                "select rngtypid, rngmultitypid, rngsubtype from pg_range "
                "where array[rngtypid, rngmultitypid, rngsubtype] <@ %s order by 1" % known):
            yield {"anyrange": span, "anymultirange": spans, "anyelement": element}
        for array, element in reference.execute(
                "select oid, typelem from pg_type where array[oid, typelem] <@ %s "
                "and typcategory = 'A' order by oid" % known):
            yield {"anyarray": array, "anycompatiblearray": array, "anyelement": element,
                   "anycompatible": element, "anynonarray": element}

    def polymorphic(self, reference, family):
        """Operators and functions with the family in place of the polymorphic types they name."""
        place = dict(reference.execute(
            "select oid, typname from pg_type where typname like 'any%'").fetchall())

        def settle(oids):
            settled = [family.get(place[oid]) if oid in place else oid for oid in oids]
            is_known = all(oid in self.type_of for oid in settled)
            return settled if is_known and any(oid in place for oid in oids) else None

        for name, left, right, result in reference.execute(
                "select oprname, oprleft, oprright, oprresult from pg_operator "
                "where oprcode <> 0 and oprleft <> 0 order by oid"):
            types = settle([left, right, result])
            if types:
                self.add(types[2], name, "({} " + name + " {})", types[:2])
        for name, arguments, result in reference.execute(
                "select proname, proargtypes::oid[], prorettype from pg_proc "
                "where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' "
                "and not proretset and provolatile in ('i', 's') and provariadic = 0 "
                "and prolang <> (select oid from pg_language where lanname = 'sql') order by oid"):
            types = settle(list(arguments) + [result])
            if types and not (self.names is None and
                              (name.startswith(IMPURE) or name.endswith(INTERNAL))):
                self.add(types[-1], name, '"%s"(%s)' % (name, ", ".join(["{}"] * len(arguments))),
                         types[:-1])

    def functions(self, reference, known):
        for name, arguments, result in reference.execute(
                "select proname, proargtypes::oid[], prorettype from pg_proc "
                "where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' "
                "and not proretset and provolatile in ('i', 's') and provariadic = 0 "
                # Those in SQL are inlined: which argument is asked first is then another matter.
                "and prolang <> (select oid from pg_language where lanname = 'sql') "
                "and prorettype = any(%s) and proargtypes::oid[] <@ %s order by oid"
                % (known, known)):
            if self.names is None and (name.startswith(IMPURE) or name.endswith(INTERNAL)):
                continue
            places = ", ".join(["{}"] * len(arguments))
            self.add(result, name, '"%s"(%s)' % (name, places), arguments)

    def casts(self, reference, known):
        for source, target in reference.execute(
                "select castsource, casttarget from pg_cast where castsource = any(%s) "
                "and casttarget = any(%s) order by oid" % (known, known)):
            template = "cast({} as " + type_name(self.type_of[target]) + ")"
            self.add(target, "cast", template, [source])
        text = next((oid for oid, name in self.type_of.items() if name == "text"), None)
        for oid, name in sorted(self.type_of.items()) if text else ():
            self.add(oid, "cast", "cast({} as " + type_name(name) + ")", [text])
            self.add(text, "cast", "cast({} as text)", [oid])
