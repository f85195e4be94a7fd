/*
 * script.c: the statements. They leave nothing to chance or to the clock, so that two databases
 * that ran them hold the same.
 */
#include "faults/script.h"
#include <stddef.h>

const struct step script_steps[] = {
    {"create table t (id int primary key, name text not null, n numeric(10,2) default 1.5,"
     " check (id > 0))",
     NULL},
    {"create table child (id int primary key, t_id int references t on delete cascade, v bigint)",
     NULL},
    {"create table long (id int primary key, body text)", NULL},
    {"insert into t (id, name) select g, 'name ' || g from generate_series(1, 5000) g", NULL},
    {"insert into child select g, 1 + g % 3000, g * 10 from generate_series(1, 2000) g", NULL},
    {"create index t_name on t (name)", NULL},
    {"create unique index child_v on child (v)", NULL},
    {"insert into long select g, repeat(chr(64 + g), 9000 * g) from generate_series(1, 9) g", NULL},
    {"checkpoint", NULL},
    {"reopen", NULL},
    {"copy (select id, length(body), md5(body) from long order by id) to stdout", NULL},
    {"select count(*), sum(n), max(name) from t", NULL},
    {"copy (select t.id, c.v from t join child c on c.t_id = t.id where c.v < 500 order by 1, 2)"
     " to stdout",
     NULL},
    {"insert into t (id, name) values (8001, 'one'), (8002, 'two')", NULL},
    {"insert into t (id, name) values (1, 'again') on conflict (id) do update"
     " set name = excluded.name || t.name returning *",
     NULL},
    {"insert into t (id, name) values (1, 'twice')", NULL}, /* 23505, with and without faults */
    {"update t set name = name || '!', n = n + id where id % 7 = 0", NULL},
    {"update long set body = body || 'tail' where id in (2, 9)", NULL},
    {"begin; insert into t (id, name) values (6001, 'x'); savepoint b;"
     " update t set name = 'y' where id = 6001; insert into long values (50, repeat('s', 30000));"
     " rollback to b; insert into t (id, name) values (6002, 'kept'); release b; commit",
     NULL},
    {"begin; delete from child where id < 100; insert into t (id, name) values (6010, 'in doubt');"
     " rollback",
     NULL},
    {"copy t (id, name) from stdin", "9001\tone\n9002\ttwo\n9003\tth\\tree\n"},
    {"copy t (id, name) from stdin (format csv, header)",
     "id,name\n9011,\"a \"\"b\"\"\"\n9012,c\n"},
    {"create database feature template main", NULL},
    {"checkpoint", NULL},
    {"delete from t where id between 100 and 400", NULL},
    {"create view few as select id, name from t where id < 50", NULL},
    {"alter table t add column extra int default 7", NULL},
    {"alter table t alter column extra type bigint", NULL},
    {"alter table t rename column extra to more", NULL},
    {"copy (select * from rowan.diff_summary('feature', 'main') order by 1, 2) to stdout", NULL},
    {"copy (select count(*) from rowan.diff('feature', 'main', 'child')) to stdout", NULL},
    {"select count(*) from rowan.merge('feature')", NULL},
    {"create database other template feature", NULL},
    {"create table copied as select id, name from t", NULL},
    {"insert into copied select id + 100000, name from copied", NULL},
    {"create index copied_name on copied (name, id)", NULL},
    {"reopen", NULL},
    {"copy (select count(*), min(name), max(id) from copied) to stdout", NULL},
    {"copy (select name from t order by name desc limit 5) to stdout", NULL},
    {"create sequence s start 5", NULL},
    {"select nextval('s') > 0", NULL},
    {"truncate copied", NULL},
    {"create schema extra; create table extra.x (a int primary key);"
     " insert into extra.x select generate_series(1, 300)",
     NULL},
    {"analyze t", NULL},
    {"vacuum t", NULL},
    {"drop database feature", NULL},
    {"drop index t_name", NULL},
    {"drop table copied", NULL},
    {"checkpoint", NULL},
    {"declare c cursor with hold for select id from t order by id; fetch 3 from c; close c", NULL},
    {"update t set n = 0", NULL},
    {"delete from long where id < 5", NULL},
};
const int script_step_count = sizeof script_steps / sizeof script_steps[0];

const char *const script_branches[] = {"main", "postgres", "feature", "other"};
const int script_branch_count = sizeof script_branches / sizeof script_branches[0];

const char *const script_queries[] = {
    "copy (select relname, relkind from pg_class where oid >= 16384 order by 1, 2) to stdout",
    "copy (select * from t order by id) to stdout",
    "copy (select name, id from t where name > 'n' order by name, id) to stdout",
    "copy (select * from child order by id) to stdout",
    "copy (select v from child where v > 15000 order by v) to stdout",
    "copy (select * from long order by id) to stdout",
    "copy (select * from copied order by id) to stdout",
    "copy (select id from copied where name like 'name 2%' order by name, id) to stdout",
    "copy (select * from few order by id) to stdout",
    "copy (select * from extra.x order by a) to stdout",
};
const int script_query_count = sizeof script_queries / sizeof script_queries[0];
