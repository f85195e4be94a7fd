-- Text search: documents and queries through the parser and the dictionaries simple and english_stem.
-- Goal: each answers as PostgreSQL 15 does. Method: one statement for each function and form; the expected output is PostgreSQL's.
select to_tsvector('fat cats') @@ to_tsquery('cat'), 'fat cats' @@ 'cat';
select * from ts_parse('default','<b>hello</b> a-b &amp; 12');
select ts_lexize('english_stem','stars'), ts_lexize('english_stem','a');
select to_tsvector('simple','The Fat Rats'), to_tsvector('english', '{"a":"fat cats","b":[1,"the dog"]}'::jsonb), jsonb_to_tsvector('english', '{"a":"fat cats","b":[1,"the dog",true]}', '["all"]');
select get_current_ts_config(), 'english'::regconfig, 'simple'::regdictionary, 13164::regconfig;
select to_tsvector('english', 'The quick brown foxes jumped over the lazy-dogs at http://www.example.com/a/b?x=1 email foo@bar.com 12.5 -3 1e5');
select to_tsquery('english', 'the & foxes & !jumps:*'), plainto_tsquery('english','the fat cats'), phraseto_tsquery('english','the fat of the cats'), websearch_to_tsquery('english','"fat rat" or cat -dog');
select websearch_to_tsquery('simple', 'fat or(rat'), websearch_to_tsquery('simple','"fat'), websearch_to_tsquery('simple','a - b'), websearch_to_tsquery('simple', 'cat -"fat rat"'), websearch_to_tsquery('simple','or'), websearch_to_tsquery('simple','a OR b c');
select to_tsquery('english','fat:ab & rats:*c'), to_tsquery('english', '''super star'' & b'), to_tsquery('english','(the|cat) <-> of <2> dog'), to_tsquery('english','sky-blue');
select to_tsquery('english', 'the');
select numnode(plainto_tsquery('the any')), phraseto_tsquery('english','PostgreSQL can be extended');
select * from ts_parse('default', 'abc 123 a1b2 3.4.5 /usr/local/x foo_bar c/d.e user@host.org +5 -6.7 x-y-z 12ab über &#12; a<b https://x.org:80/p?q#r (end). 5e-7 host.com:99 it''s');
select count(*), min(alias), max(alias) from ts_token_type('default');
create table d (id int primary key, body text);
insert into d values (1, 'The quick brown fox'), (2, 'Foxes are quick to jump'), (3, 'A lazy dog');
create index d_body on d using gin (to_tsvector('english', body));
set enable_seqscan = off;
select id from d where to_tsvector('english', body) @@ to_tsquery('english', 'fox') order by id;
select id from d where to_tsvector('english', body) @@ plainto_tsquery('english', 'quick foxes') order by id;
select id from d where to_tsvector('english', body) @@ phraseto_tsquery('english', 'brown fox') order by id;
select json_to_tsvector('english', '{"a":1}', '["nope"]');
select ts_lexize('nope', 'x');
