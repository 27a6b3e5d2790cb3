# Enumerations.

> CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')
OK 0

> CREATE TYPE mood AS ENUM ('x')
ERROR 42710: type "mood" already exists

> CREATE TYPE twice AS ENUM ('a', 'b', 'a')
ERROR 23505: duplicate key value violates unique constraint "pg_enum_typid_label_index"

> CREATE TYPE none_at_all AS ENUM ()
OK 0

> SELECT 'ok'::mood
mood
ok

> SELECT 'mad'::mood
ERROR 22P02: invalid input value for enum mood: "mad"

> SELECT CAST('sad' AS mood) < 'ok', 'happy'::mood > 'ok'::mood, 'ok'::mood = 'ok'
?column?|?column?|?column?
t|t|t

> SELECT 'ok'::mood::text || '!'
?column?
ok!

> SELECT x::mood FROM (VALUES ('sad'::text), ('happy')) v(x) ORDER BY 1 DESC
x
happy
sad

> SELECT x::mood FROM (VALUES ('sad'::text), ('gloomy')) v(x)
ERROR 22P02: invalid input value for enum mood: "gloomy"

> SELECT '{ok,sad,NULL}'::mood[]
mood
{ok,sad,NULL}

> SELECT '{ok,mad}'::mood[]
ERROR 22P02: invalid input value for enum mood: "mad"

> SELECT ARRAY['ok', 'sad']::mood[]
array
{ok,sad}

> SELECT ARRAY['ok'::mood, 'sad'] || 'happy'::mood
?column?
{ok,sad,happy}

> SELECT enum_first(NULL::mood), enum_last(NULL::mood), enum_range(NULL::mood)
enum_first|enum_last|enum_range
sad|happy|{sad,ok,happy}

> SELECT enum_range('ok'::mood, NULL), enum_range(NULL, 'ok'::mood), enum_range('ok'::mood, 'ok'::mood)
enum_range|enum_range|enum_range
{ok,happy}|{sad,ok}|{ok}

> SELECT 1::mood
ERROR 42846: cannot cast type integer to mood

> SELECT 'ok'::mood = 'ok'::text
ERROR 42883: operator does not exist: mood = text

> CREATE TABLE person (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', ms mood[])
OK 0

> INSERT INTO person VALUES (1, 'sad', '{sad}'), (2, 'happy', '{ok,happy}'), (3, DEFAULT, NULL)
OK 3

> INSERT INTO person VALUES (4, 'mad', NULL)
ERROR 22P02: invalid input value for enum mood: "mad"

> INSERT INTO person SELECT 4, 'sad'::mood, ARRAY['ok']::mood[]
OK 1

> SELECT * FROM person ORDER BY m, id
id|m|ms
1|sad|{sad}
4|sad|{ok}
3|ok|\N
2|happy|{ok,happy}

> SELECT id FROM person WHERE m > 'sad' ORDER BY id
id
2
3

> SELECT id FROM person WHERE m IN ('sad', 'ok') ORDER BY id
id
1
3
4

> SELECT id FROM person WHERE 'ok' = ANY (ms) ORDER BY id
id
2
4

> SELECT m, count(*) FROM person GROUP BY m ORDER BY m
m|count
sad|2
ok|1
happy|1

> CREATE INDEX person_m ON person (m)
OK 0

> SELECT id FROM person WHERE m >= 'ok' ORDER BY m, id
id
3
2

> SELECT id FROM person WHERE m = 'happy'
id
2

> UPDATE person SET m = 'happy' WHERE id = 3
OK 1

> SELECT coalesce(m, 'sad'), CASE WHEN id > 2 THEN m ELSE 'ok' END FROM person ORDER BY id
coalesce|case
sad|ok
happy|ok
happy|happy
sad|sad

> ALTER TYPE mood ADD VALUE 'fine' AFTER 'ok'
OK 0

> ALTER TYPE mood ADD VALUE 'fine'
ERROR 42710: enum label "fine" already exists

> ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine'
OK 0

> ALTER TYPE mood ADD VALUE 'awful' BEFORE 'sad'
OK 0

> ALTER TYPE mood ADD VALUE 'x' BEFORE 'nothing'
ERROR 22023: "nothing" is not an existing enum label

> SELECT enum_range(NULL::mood)
enum_range
{awful,sad,ok,fine,happy}

> UPDATE person SET m = 'fine' WHERE id = 1
OK 1

> SELECT id, m FROM person ORDER BY m, id
id|m
4|sad
1|fine
2|happy
3|happy

> ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'
OK 0

> ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'
ERROR 22023: "happy" is not an existing enum label

> ALTER TYPE mood RENAME VALUE 'ok' TO 'glad'
ERROR 42710: enum label "glad" already exists

> SELECT id, m, ms FROM person ORDER BY m, id
id|m|ms
4|sad|{ok}
1|fine|{sad}
2|glad|{ok,glad}
3|glad|\N

> SELECT id FROM person WHERE m = 'glad' ORDER BY id
id
2
3

> SELECT id FROM person WHERE m = 'happy'
ERROR 22P02: invalid input value for enum mood: "happy"

> CREATE TABLE likes (m mood PRIMARY KEY, why text)
OK 0

> INSERT INTO likes VALUES ('ok', 'a'), ('sad', 'b')
OK 2

> INSERT INTO likes VALUES ('ok', 'c')
ERROR 23505: duplicate key value violates unique constraint "likes_pkey"

> SELECT l.why FROM likes l JOIN (SELECT 'ok'::mood AS m) p USING (m)
why
a

> BEGIN
OK 0

> CREATE TYPE gone AS ENUM ('a')
OK 0

> SELECT 'a'::gone
gone
a

> ROLLBACK
OK 0

> SELECT 'a'::gone
ERROR 42704: type "gone" does not exist

> PREPARE by_mood(mood) AS SELECT id FROM person WHERE m = $1 ORDER BY id
OK 0

> EXECUTE by_mood('glad')
id
2
3

> ALTER TYPE mood RENAME TO feeling
OK 0

> SELECT 'ok'::feeling
feeling
ok

> SELECT 'ok'::mood
ERROR 42704: type "mood" does not exist

> DROP TYPE feeling
ERROR 2BP01: cannot drop type feeling because other objects depend on it

> DROP TABLE likes
OK 0

> DROP TYPE feeling CASCADE
OK 0

> SELECT * FROM person ORDER BY id
id
1
2
3
4

> DROP TYPE feeling
ERROR 42704: type "feeling" does not exist

> DROP TYPE IF EXISTS feeling
OK 0

> ALTER TYPE feeling ADD VALUE 'a'
ERROR 42704: type "feeling" does not exist

> DROP TYPE none_at_all
OK 0

> DROP TABLE person
OK 0

