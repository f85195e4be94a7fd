-- Addresses: inet, cidr, macaddr, macaddr8.
-- Goal: each answers as PostgreSQL 15 does. Method: every operator over pairs of values, forms of input, keys, arrays, errors; the
-- expected output is PostgreSQL's.
create table n (id int primary key, i inet, c cidr);
insert into n values (1, '192.168.1.226/24', '192.168.1'), (2, '192.168.1.226', '192.168.1.0/26'), (3, '10.1.2.3/8', '10'),
    (4, '10/8', '10.1.2.3/32'), (5, '::ffff:1.2.3.4', '::ffff:1.2.3.4/128'), (6, '10:23::f1/64', '10:23::8000/113'), (7, '::1', '::/0'),
    (8, '0.0.0.0/0', '0/0'), (9, '1:0:0:2:0:0:0:3', '2001:db8::/32'), (10, '10.1.2./24', '0x0a01/16'), (11, null, '224');
select * from n order by id;
select id, abbrev(i), abbrev(c), broadcast(i), family(c), host(i), host(c), hostmask(i), masklen(c), netmask(i), network(i), text(i), text(c) from n order by id;
select id, set_masklen(i, 16), set_masklen(c, 8), set_masklen(i, -1), i::cidr, c::inet, i::text, c::varchar, ~i, i + 1000, i - 1 from n where id < 7 order by id;
select a.id, b.id, a.i < b.i lt, a.i = b.i eq, a.i << b.c sub, a.i <<= b.c subeq, a.c >> b.i sup, a.c >>= b.i supeq, a.i && b.c common,
    inet_same_family(a.i, b.i) same from n a, n b where a.id in (1, 3, 6, 8) order by 1, 2;
select a.id, b.id, a.i & b.i, a.i | b.c, a.i - b.i, inet_merge(a.i, b.c) from n a, n b where family(a.i) = family(b.i) and family(a.i) = family(b.c)
    and abs(a.id - b.id) < 3 order by 1, 2;
select i from n order by i;
select c from n order by c desc;
select min(i), max(i), min(c), max(c), count(distinct c) from n;
select c, count(*) from n group by c having count(*) > 1;
create unique index n_i on n (i);
create index n_c on n (c, i);
analyze n;
insert into n values (12, '10.1.2.3/8', null);
select id from n where i = '10.1.2.3/8';
select id from n where c = '10.0.0.0/8'::cidr;
select id from n where i > '10.1.2.3' and i < '193.0.0.0' order by i;
select array_agg(i order by i) from n;
select '{10.0.0.1,::1}'::inet[], array['10.0.0.0/8'::cidr, '::/0'] @> array['::/0'::cidr], '10.0.0.1' = any('{10.0.0.1}'::inet[]);
select '10.0.0.1'::inet = '10.0.0.1/32'::cidr, pg_typeof(coalesce(null::cidr, '::1'::inet)), pg_typeof(case when true then '10/8'::cidr end);
select inet_send('10.0.0.1/8'), cidr_send('2001::/16');
select inet '10.1.2.3.4';
select inet '10.256.0.0';
select inet '10.1.2.3/33';
select inet '10.1';
select cidr '10.1.2.3/8';
select cidr '1:2:3:4:5:6:7:8/127';
select inet '1::2::3';
select inet ':1';
select inet '12345::';
select inet '';
select set_masklen('10.0.0.1'::inet, 33);
select inet '255.255.255.255' + 1;
select inet '0.0.0.0' - 1;
select inet '10.0.0.1' - inet '::1';
select inet '10.0.0.1' & inet '::1';
select inet_merge('10.0.0.1', '::1');
select 5 + inet '10.0.0.1';
create table m (id int primary key, a macaddr, b macaddr8);
insert into m values (1, '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'), (2, '08-00-2b-01-02-04', '08-00-2b-01-02-04'), (3, '08002b:010205', '08002b:0102030406'),
    (4, '0800.2b01.0206', '0800.2b01.0203.0407'), (5, '08002b010207', ' 08002b0102030408 '), (6, '1:2:3:4:5:6', 'ffffffffffffffff'), (7, null, '08:00:2b:ff:fe:01:02:03');
select * from m order by a;
select * from m order by b desc;
select id, ~a, a & 'ff:ff:ff:00:00:00', a | '00:00:00:00:00:ff', trunc(a), a::macaddr8, ~b, b & 'ffffffff00000000', b | '00000000ffffffff', trunc(b), macaddr8_set7bit(b) from m order by id;
select x.id, y.id, x.a < y.a, x.a <= y.a, x.a = y.a, x.a <> y.a, x.b > y.b, x.b >= y.b from m x, m y where x.id < y.id and y.id < 6 order by 1, 2;
create index on m (a);
create unique index on m (b);
select id from m where a = '08:00:2b:01:02:04';
select id from m where b > '08:00:2b:01:02:03:04:06' order by b;
insert into m values (8, null, '08:00:2b:01:02:03:04:05');
select b::macaddr from m where id = 7;
select b::macaddr from m where id = 1;
select '08:00:2b:01:02'::macaddr;
select '08:00:2b:01:02:333'::macaddr;
select '08:00:2b:01:02:03 x'::macaddr;
select '08:00:2b:01:02'::macaddr8;
select '08:00-2b:01:02:03'::macaddr8;
select '08:00:2b:01:02:0g'::macaddr8;
select '08:00:2b:01:02:03 x'::macaddr8;
select pg_typeof(inet_client_addr()), pg_typeof(client_addr) from pg_stat_activity where pid = pg_backend_pid();
-- reopen
select id from n where i = '10.1.2.3/8';
delete from n where i << '10.0.0.0/8' or i <<= '10.0.0.0/8' returning id;
update m set a = a | '80:00:00:00:00:00' where id < 3 returning a;
select count(*) from n where c >>= '10.1.2.3';

-- hashes
select hashinet('1.2.3.4'), hashinet('10.0.0.0/8'::cidr), hashinet('::1'), hashinetextended('1.2.3.4', 5);
select hashmacaddr('01:02:03:04:05:06'), hashmacaddrextended('01:02:03:04:05:06', 5), hashmacaddr8('01:02:03:04:05:06:07:08'), hashmacaddr8extended('01:02:03:04:05:06:07:08', 5);
select hash_array(array['1.2.3.4'::inet, '::1']), hash_array(array['01:02:03:04:05:06'::macaddr]);
select hash_array(array['1'::money]);
select hash_array('{}'::money[]);
select hash_array_extended('{}'::money[], 0);
create table spread(at inet) partition by hash (at);
create table spread0 partition of spread for values with (modulus 2, remainder 0);
create table spread1 partition of spread for values with (modulus 2, remainder 1);
insert into spread values ('1.2.3.4'), ('1.2.3.5'), ('::1'), ('10.0.0.0/8'), ('2001:db8::7');
select tableoid::regclass, * from spread order by 2;
drop table spread;
