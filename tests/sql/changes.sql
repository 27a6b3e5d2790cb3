> CREATE TABLE t (id int PRIMARY KEY, a int, b text UNIQUE)
OK 0

> INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 30, 'z')
OK 3

> UPDATE t SET a = a + 1
OK 3

> SELECT * FROM t ORDER BY id
id|a|b
1|11|x
2|21|y
3|31|z

> UPDATE t SET a = 0, b = b || '!' WHERE id = 2
OK 1

> UPDATE t SET a = 5 WHERE id = 99
OK 0

> UPDATE t SET id = id + 10
OK 3

> SELECT * FROM t ORDER BY id
id|a|b
11|11|x
12|0|y!
13|31|z

> UPDATE t SET b = 'x' WHERE id = 12
ERROR 23505: duplicate key value violates unique constraint "t_b_key"

> UPDATE t SET b = 'x'
ERROR 23505: duplicate key value violates unique constraint "t_b_key"

> UPDATE t SET id = 11 WHERE id = 12
ERROR 23505: duplicate key value violates unique constraint "t_pkey"

> UPDATE t SET id = NULL WHERE id = 12
ERROR 23502: null value in column "id" of relation "t" violates not-null constraint

> UPDATE t SET nosuch = 1
ERROR 42703: column "nosuch" of relation "t" does not exist

> UPDATE t SET a = 'abc'
ERROR 22P02: invalid input syntax for type integer: "abc"

> UPDATE t SET a = 1, a = 2
ERROR 42601: multiple assignments to same column "a"

> UPDATE t SET (a, b) = (100, 'both') WHERE id = 13 RETURNING id, a, b
id|a|b
13|100|both

> UPDATE t SET a = DEFAULT WHERE id = 13 RETURNING *
id|a|b
13|\N|both

> UPDATE t SET a = 7 WHERE a IS NULL RETURNING a AS now
now
7

> UPDATE nosuch SET a = 1
ERROR 42P01: relation "nosuch" does not exist

> SELECT * FROM t ORDER BY id
id|a|b
11|11|x
12|0|y!
13|7|both

> DELETE FROM t WHERE id = 11
OK 1

> DELETE FROM t WHERE id = 11
OK 0

> DELETE FROM t WHERE nosuch = 1
ERROR 42703: column "nosuch" does not exist

> DELETE FROM t WHERE a > 100 RETURNING *
id|a|b

> SELECT count(*) FROM t
count
2

> INSERT INTO t SELECT id + 100, a, b || '?' FROM t
OK 2

> SELECT * FROM t ORDER BY id
id|a|b
12|0|y!
13|7|both
112|0|y!?
113|7|both?

> DELETE FROM t RETURNING id, b
id|b
12|y!
13|both
112|y!?
113|both?

> SELECT count(*) FROM t
count
0

> INSERT INTO t (id, a) VALUES (1, 1) RETURNING id + 1 AS next, upper(coalesce(b, 'none'))
next|upper
2|NONE

> CREATE TABLE big (id int PRIMARY KEY, v int)
OK 0

> INSERT INTO big SELECT a.id * 10 + b.id, a.id FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) a(id), (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) b(id)
OK 100

> SELECT count(*), sum(id), min(id), max(id), sum(v) FROM big
count|sum|min|max|sum
100|4950|0|99|450

> UPDATE big SET v = v + 1 WHERE id % 10 = 0
OK 10

> SELECT sum(v) FROM big
sum
460

> DELETE FROM big WHERE v > 5
OK 41

> SELECT count(*), sum(v) FROM big
count|sum
59|150

> UPDATE big SET v = s.n FROM (VALUES (0, 100), (1, 200)) s(id, n) WHERE big.id = s.id
OK 2

> SELECT id, v FROM big WHERE v >= 100 ORDER BY id
id|v
0|100
1|200

> DELETE FROM big USING (VALUES (0), (1)) s(id) WHERE big.id = s.id
OK 2

> SELECT count(*) FROM big
count
57

