-- Indexes on expressions, on some rows, and with columns included.

> CREATE TABLE people (id int PRIMARY KEY, name text, email text, active bool DEFAULT true, born date, score int)
OK 0

> INSERT INTO people SELECT i, 'Name' || i, 'Mail' || i || '@x.org', i % 3 = 0, date '2000-01-01' + i, i * 7 % 50 FROM generate_series(1, 60) i
OK 60

> CREATE INDEX ON people (lower(name))
OK 0

> CREATE UNIQUE INDEX people_email ON people (lower(email))
OK 0

> CREATE INDEX ON people ((score + 1), id DESC)
OK 0

> CREATE UNIQUE INDEX people_active ON people (score) WHERE active AND score > 40
OK 0

> CREATE INDEX people_born ON people (born) INCLUDE (name, score) WHERE born IS NOT NULL
OK 0

> SELECT * FROM people WHERE id = 1
id|name|email|active|born|score
1|Name1|Mail1@x.org|f|2000-01-02|7

> SELECT id FROM people WHERE lower(name) = 'name17'
id
17

> SELECT id FROM people WHERE lower(name) IN ('name17', 'name3', 'nobody') ORDER BY id
id
3
17

> SELECT id FROM people WHERE lower(name) LIKE 'name1_' ORDER BY id LIMIT 3
id
10
11
12

> SELECT id FROM people WHERE score + 1 = 8 ORDER BY id
id
1
51

> SELECT id, score FROM people WHERE score + 1 > 48 ORDER BY id
id|score
7|49
14|48
57|49

> INSERT INTO people VALUES (100, 'X', 'MAIL3@X.ORG')
ERROR 23505: duplicate key value violates unique constraint "people_email"

> INSERT INTO people (id, email) VALUES (101, NULL), (102, NULL)
OK 2

> UPDATE people SET email = 'mail4@X.org' WHERE id = 5
ERROR 23505: duplicate key value violates unique constraint "people_email"

> UPDATE people SET email = 'MAIL5@x.org' WHERE id = 5
OK 1

> SELECT id, email FROM people WHERE lower(email) = 'mail5@x.org'
id|email
5|MAIL5@x.org

> SELECT id, score FROM people WHERE active AND score > 40 ORDER BY id
id|score
6|42
21|47
42|44
57|49

> INSERT INTO people VALUES (103, 'a', 'a', true, NULL, 42)
ERROR 23505: duplicate key value violates unique constraint "people_active"

> INSERT INTO people VALUES (103, 'a', 'a', false, NULL, 42)
OK 1

> UPDATE people SET active = true WHERE id = 103
ERROR 23505: duplicate key value violates unique constraint "people_active"

> UPDATE people SET score = 41, active = true WHERE id = 103
OK 1

> SELECT id FROM people WHERE active AND score > 40 AND score = 41
id
103

> DELETE FROM people WHERE id = 103
OK 1

> SELECT id FROM people WHERE score = 41 AND active AND score > 40
id

> SELECT id FROM people WHERE born = '2000-01-08'
id
7

> SELECT column_name FROM information_schema.columns WHERE table_name = 'people' ORDER BY ordinal_position
column_name
id
name
email
active
born
score

> SELECT attname FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = 'people') AND attnum > 0 ORDER BY attnum
attname
id
name
email
active
born
score

> SELECT indexname FROM pg_indexes WHERE tablename = 'people' ORDER BY 1
indexname
people_active
people_born
people_email
people_expr_id_idx
people_lower_idx
people_pkey

> SELECT a.id FROM people a NATURAL JOIN people b WHERE a.id < 4 ORDER BY 1
id
1
2
3

> INSERT INTO people VALUES (200, 'n', 'e', true, '2020-01-01', 1) RETURNING *
id|name|email|active|born|score
200|n|e|t|2020-01-01|1

> UPDATE people SET name = 'M' WHERE id = 200 RETURNING *
id|name|email|active|born|score
200|M|e|t|2020-01-01|1

> DELETE FROM people WHERE id = 200 RETURNING *
id|name|email|active|born|score
200|M|e|t|2020-01-01|1

> INSERT INTO people SELECT 201, 'n', 'e', true, '2020-01-01', 2
OK 1

> INSERT INTO people VALUES (202, 'n', 'f', true, '2020-01-01', 2, 3)
ERROR 42601: INSERT has more expressions than target columns

> ALTER TABLE people ADD COLUMN note text DEFAULT 'none'
OK 0

> SELECT * FROM people WHERE lower(name) = 'n'
id|name|email|active|born|score|note
201|n|e|t|2020-01-01|2|none

> INSERT INTO people VALUES (203, 'n', 'g', true, '2020-01-01', 2, 'some')
OK 1

> SELECT id, note FROM people WHERE lower(name) = 'n' ORDER BY id
id|note
201|none
203|some

> ALTER TABLE people RENAME COLUMN name TO title
OK 0

> SELECT id FROM people WHERE lower(title) = 'n' ORDER BY id
id
201
203

> UPDATE people SET title = 'Q' WHERE id = 203
OK 1

> SELECT id FROM people WHERE lower(title) = 'q'
id
203

> ALTER TABLE people DROP COLUMN title
OK 0

> SELECT indexname FROM pg_indexes WHERE tablename = 'people' ORDER BY 1
indexname
people_active
people_email
people_expr_id_idx
people_pkey

> SELECT * FROM people WHERE id = 203
id|email|active|born|score|note
203|g|t|2020-01-01|2|some

> DROP INDEX people_email
OK 0

> INSERT INTO people (id, email) VALUES (204, 'MAIL7@x.org')
OK 1

> CREATE UNIQUE INDEX people_email ON people (lower(email))
ERROR 23505: could not create unique index "people_email"

> DELETE FROM people WHERE id = 204
OK 1

> CREATE UNIQUE INDEX people_email ON people (lower(email))
OK 0

> CREATE TABLE copy (LIKE people)
OK 0

> SELECT count(*) FROM information_schema.columns WHERE table_name = 'copy'
count
6

> CREATE INDEX ON people (random())
ERROR 42P17: functions in index expression must be marked IMMUTABLE

> CREATE INDEX ON people ((born::text))
ERROR 42P17: functions in index expression must be marked IMMUTABLE

> CREATE INDEX ON people (((SELECT 1)))
ERROR 0A000: cannot use subquery in index expression

> CREATE INDEX ON people (count(*))
ERROR 42803: aggregate functions are not allowed in index expressions

> CREATE INDEX ON people (id) WHERE random() > 0
ERROR 42P17: functions in index predicate must be marked IMMUTABLE

> CREATE INDEX ON people (id) WHERE (SELECT true)
ERROR 0A000: cannot use subquery in index predicate

> CREATE INDEX ON people (id) WHERE id
ERROR 42804: argument of WHERE must be type boolean, not type integer

> CREATE INDEX ON people (nothing)
ERROR 42703: column "nothing" does not exist

> CREATE INDEX ON people (lower(nothing))
ERROR 42703: column "nothing" does not exist

> CREATE INDEX ON people (id) INCLUDE (nothing)
ERROR 42703: column "nothing" does not exist

> CREATE TABLE spans (id int, made text GENERATED ALWAYS AS ('x' || id) STORED)
OK 0

> CREATE UNIQUE INDEX ON spans (upper(made))
OK 0

> INSERT INTO spans VALUES (1), (2)
OK 2

> INSERT INTO spans VALUES (1)
ERROR 23505: duplicate key value violates unique constraint "spans_upper_idx"

> SELECT * FROM spans WHERE upper(made) = 'X2'
id|made
2|x2

> CREATE TABLE parents (id int PRIMARY KEY)
OK 0

> CREATE TABLE children (id int, parent int REFERENCES parents ON DELETE CASCADE, gone date)
OK 0

> CREATE UNIQUE INDEX ON children (id) WHERE gone IS NULL
OK 0

> INSERT INTO parents VALUES (1)
OK 1

> INSERT INTO children VALUES (1, 1, NULL), (1, 1, '2020-01-01'), (1, 1, '2020-01-02')
OK 3

> INSERT INTO children VALUES (1, 1, NULL)
ERROR 23505: duplicate key value violates unique constraint "children_id_idx"

> SELECT * FROM children WHERE id = 1 AND gone IS NULL
id|parent|gone
1|1|\N

> DELETE FROM parents
OK 1

> SELECT count(*) FROM children
count
0

> CREATE TABLE refers (id int REFERENCES children (id))
ERROR 42830: there is no unique constraint matching given keys for referenced table "children"

> DROP TABLE people, copy, spans, children, parents
OK 0


> CREATE TABLE users (id int PRIMARY KEY, email text, org int, live bool DEFAULT true, n int DEFAULT 0)
OK 0

> CREATE UNIQUE INDEX ON users (lower(email), org)
OK 0

> CREATE UNIQUE INDEX ON users (org) WHERE live AND n > 0
OK 0

> INSERT INTO users VALUES (1, 'Ann@x', 1, true, 1), (2, 'Bob@x', 1, true, 0)
OK 2

> INSERT INTO users VALUES (3, 'ANN@X', 1) ON CONFLICT (lower(email), org) DO UPDATE SET n = users.n + 10
OK 1

> INSERT INTO users VALUES (3, 'ANN@X', 1) ON CONFLICT (org, lower(email)) DO NOTHING
OK 0

> INSERT INTO users VALUES (3, 'ANN@X', 1) ON CONFLICT (lower(email)) DO NOTHING
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO users VALUES (4, 'd', 1, true, 5) ON CONFLICT (org) WHERE live AND n > 0 DO UPDATE SET email = 'now d'
OK 1

> INSERT INTO users VALUES (4, 'd', 1, true, 5) ON CONFLICT (org) WHERE n > 0 AND live AND id > 0 DO NOTHING
OK 0

> INSERT INTO users VALUES (4, 'd', 1, true, 5) ON CONFLICT (org) WHERE live DO NOTHING
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO users VALUES (4, 'd', 1, true, 5) ON CONFLICT (org) DO NOTHING
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO users VALUES (1, 'e', 1, true, 5) ON CONFLICT (id) WHERE live DO NOTHING
OK 0

> INSERT INTO users VALUES (5, 'e', 1, true, 5) ON CONFLICT DO NOTHING
OK 0

> SELECT * FROM users ORDER BY id
id|email|org|live|n
1|now d|1|t|11
2|Bob@x|1|t|0

> DROP TABLE users
OK 0


> CREATE TABLE over (id int PRIMARY KEY)
OK 0

> CREATE TABLE under (id int, over int REFERENCES over ON UPDATE CASCADE ON DELETE SET NULL, twice int GENERATED ALWAYS AS (over * 2) STORED)
OK 0

> CREATE INDEX ON under ((over + 1))
OK 0

> INSERT INTO over VALUES (1), (2)
OK 2

> INSERT INTO under VALUES (1, 1), (2, 2)
OK 2

> UPDATE over SET id = 10 WHERE id = 1
OK 1

> SELECT * FROM under WHERE over + 1 = 11
id|over|twice
1|10|20

> DELETE FROM over WHERE id = 2
OK 1

> SELECT * FROM under ORDER BY id
id|over|twice
1|10|20
2|\N|\N

> DROP TABLE under, over
OK 0

