-- pg_get_constraintdef, pg_get_expr and pg_get_indexdef, with and without parentheses that say nothing new.
create table pp(a int check (a>0 and a < 10 or a is null), b text check (b like 'x%' and length(b)+1 > 3 and not b = 'z'), c int[] check (c[1] > 2 and a in (1,2) and (b||'x')::text = 'q'), d date default (current_date + 1), e int generated always as (a*2+1) stored, check ((a+1)*2 = 4 and -a = 3 and a between 1 and 2), f serial, g varchar(10) default 'abc', h numeric default -1.5 check (g is distinct from 'x'), i timestamptz default now(), j text default upper('x'||'y'), k bool default true check (k is true), l int default (1+2)*3-4);
create index on pp ((a+1), lower(b)) where a > 3 and b is not null;
create unique index on pp (a desc nulls last, (b||'x'));
select pg_get_constraintdef(oid), pg_get_constraintdef(oid,true) from pg_constraint where conrelid='pp'::regclass order by conname;
select pg_get_expr(adbin,adrelid), pg_get_expr(adbin,adrelid,true) from pg_attrdef where adrelid='pp'::regclass order by adnum;
select pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid,0,true), pg_get_indexdef(indexrelid,1,true) from pg_index where indrelid='pp'::regclass order by indexrelid;
