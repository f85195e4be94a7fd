-- bit and bit varying: text, lengths, casts, operators, functions, aggregates, keys.
select b'101', x'1F', b'101'::bit(5), b'10101'::varbit(3), '10'::bit(3), b'1'||b'01';
select 44::bit(10), (-44)::bit(12), 44::bit(3), '1110'::bit(4)::int, cast(-44 as bit(70)), (b'1111')::int8;
select b'101' & b'100', b'101' | b'010', b'1' # b'0', ~b'10', b'10001' << 2, b'10001' >> 2, b'10001' << -3, b'1' << 9;
select substring(b'110010' from 2 for 3), position(b'010' in b'110010'), overlay(b'110010' placing b'000' from 2), bit_count(b'1101'), get_bit(b'101',2), set_bit(b'101',1,1);
create table bt(a bit(3), b varbit(5), c bit, d bit varying);
insert into bt values (b'101', b'11', b'1', b'');
insert into bt values (b'10', b'11', b'1', b'');
insert into bt values (b'101', b'111111', b'1', b'');
insert into bt values (b'001', null, b'0', b'1111000011110000'), (b'001', '11', b'0', b'1110');
create index on bt(d); create unique index on bt(a,b);
select * from bt order by d;
select a, count(*) from bt group by a order by a;
select bit_and(a), bit_or(a), bit_xor(a) from bt;
select d from bt where d > b'1110' order by d;
\d bt
select b'12'; select x'G'; 
select bit_length(b'101'), octet_length(b'101010101'), length(b'');
select array[b'1',b'0'], '{1,01}'::bit(2)[], '{101}'::varbit[];
select pg_typeof(b'1'), pg_typeof(b'1'||b'0');
select 'x1F'::varbit, 'b1'::varbit, '1'::bit(0);
select b'101'::int, b'101'::text, '101'::text::bit(3);
select int '12'::varbit;
select max(a) from bt;
select b'1' = b'10', b'1'::varbit < b'10', b'' < b'0';
