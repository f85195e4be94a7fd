-- What is joined how, and in which order: small sides are hashed or drive look-ups, EXISTS and IN are
-- joins, NOT IN of what may be null is a hashed subplan.
select * from small s join big b on b.id = s.id;
select * from big b join small s on b.grp = s.id;
select * from small s, big b, mid m where s.id = m.id and b.id = m.ref;
select * from big b left join small s on s.id = b.grp where s.name = 'x';
select * from big b left join small s on s.id = b.grp where s.name is null;
select * from small s full join mid m on s.id = m.id;
select * from small s where exists (select 1 from big b where b.id = s.id);
select * from big b where exists (select 1 from small s where s.id = b.grp and s.name = 'x');
select * from small s where not exists (select 1 from mid m where m.ref = s.id);
select * from big where grp in (select id from small);
select * from big where id not in (select id from small);
select * from big where grp not in (select ref from mid);
select * from small s where id in (select max(grp) from big group by val);
select s.id, (select max(val) from big b where b.id = s.id) from small s;
select * from small s where id = (select max(id) from small);
select * from small s, lateral (select * from big b where b.id = s.id limit 1) l;
-- What all arms of an OR share is a condition of its own; what each says of one table is asked there too.
select * from small s, big b where (s.id = b.grp and s.name = 'n1' and b.val < 5) or (s.id = b.grp and s.name = 'n2' and b.val > 490);
select * from small s, big b where (s.id = b.grp and b.val = 1) or (s.id = b.grp);
select * from small s left join big b on b.grp = s.id where (s.name = 'n1' and b.val = 1) or (s.name = 'n2' and b.val is null);
select * from small s join big b on b.grp = s.id where (s.name = 'n1' and b.val = 1) or b.val = 2;
