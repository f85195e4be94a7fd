-- Which index serves which condition, and where none does.
select * from big where id = 5;
select * from big where id > 5 and id < 9;
select * from big where id in (1, 2, 3);
select * from big where val = 7;
select * from big where val = 7 and id > 3;
select * from big where val is null;
select * from big where grp = 3;
select * from big order by id;
select * from big order by id desc limit 3;
select * from big order by val limit 3;
select * from big order by grp limit 3;
select val from big where val between 3 and 4;
select count(*) from big;
select * from big tablesample bernoulli (10) where id = 5;
update big set grp = 0 where id = 5;
delete from big where val = 7;
