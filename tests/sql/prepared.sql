# PREPARE, EXECUTE, TRUNCATE, COMMENT, schemas.

> PREPARE q AS SELECT $1::int + 1 AS n
OK 0

> EXECUTE q(41)
n
42

> EXECUTE q
ERROR 42601: wrong number of parameters for prepared statement "q"

> EXECUTE q(1, 2)
ERROR 42601: wrong number of parameters for prepared statement "q"

> EXECUTE nope
ERROR 26000: prepared statement "nope" does not exist

> PREPARE q AS SELECT 1
ERROR 42P05: prepared statement "q" already exists

> PREPARE typed (text, int) AS SELECT $1 || $2
OK 0

> EXECUTE typed('a', 1)
?column?
a1

> DEALLOCATE q
OK 0

> EXECUTE q(1)
ERROR 26000: prepared statement "q" does not exist

> DEALLOCATE ALL
OK 0

> CREATE TABLE t (a int PRIMARY KEY, b text)
OK 0

> PREPARE ins AS INSERT INTO t VALUES ($1, $2)
OK 0

> EXECUTE ins(1, 'one')
OK 1

> EXECUTE ins(2, NULL)
OK 1

> SELECT * FROM t ORDER BY a
a|b
1|one
2|\N

> CREATE TABLE u (a int REFERENCES t)
OK 0

> TRUNCATE t
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint

> TRUNCATE t, u
OK 0

> SELECT count(*) FROM t
count
0

> EXECUTE ins(1, 'one')
OK 1

> INSERT INTO u VALUES (1)
OK 1

> TRUNCATE t CASCADE
OK 0

> SELECT count(*) FROM u
count
0

> COMMENT ON TABLE t IS 'a table'
OK 0

> COMMENT ON COLUMN t.a IS 'a column'
OK 0

> COMMENT ON COLUMN t.zz IS 'a column'
ERROR 42703: column "zz" of relation "t" does not exist

> COMMENT ON TABLE nope IS 'x'
ERROR 42P01: relation "nope" does not exist

> CREATE SCHEMA app
OK 0

> CREATE TABLE app.t (z int)
OK 0

> SELECT * FROM app.t
z

> SET search_path = app, public
OK 0

> INSERT INTO t VALUES (7)
OK 1

> SELECT * FROM app.t
z
7

> CREATE TABLE here (a int)
OK 0

> SELECT count(*) FROM app.here
count
0

> SELECT count(*) FROM public.here
ERROR 42P01: relation "public.here" does not exist

> RESET search_path
OK 0

> CREATE SCHEMA app
ERROR 42P06: schema "app" already exists

> CREATE SCHEMA IF NOT EXISTS app
OK 0

> CREATE SCHEMA pg_app
ERROR 42939: unacceptable schema name "pg_app"

> CREATE TABLE nowhere.t (a int)
ERROR 3F000: schema "nowhere" does not exist

> DROP SCHEMA app
ERROR 2BP01: cannot drop schema app because other objects depend on it

> DROP SCHEMA app CASCADE
OK 0

> DROP SCHEMA app
ERROR 3F000: schema "app" does not exist

> CREATE TEMP TABLE gone (a int)
OK 0

> INSERT INTO gone VALUES (1)
OK 1

> SELECT * FROM gone
a
1

> SELECT * FROM pg_temp.gone
a
1

> CREATE TEMP TABLE t (other text)
OK 0

> SELECT * FROM t
other

> DROP TABLE t
OK 0

> SELECT * FROM t
a|b

