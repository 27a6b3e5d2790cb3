-- Changes of rows in WITH: all are done, all see the tables as they were.

> CREATE TABLE a (id int PRIMARY KEY, n int)
OK 0

> CREATE TABLE b (id int PRIMARY KEY, n int)
OK 0

> CREATE TABLE log (what text, id int)
OK 0

> INSERT INTO a SELECT i, i * 10 FROM generate_series(1, 6) i
OK 6

> WITH gone AS (DELETE FROM a WHERE id > 4 RETURNING *) INSERT INTO b SELECT * FROM gone
OK 2

> SELECT 'a' AS t, * FROM a UNION ALL SELECT 'b', * FROM b ORDER BY 1, 2
t|id|n
a|1|10
a|2|20
a|3|30
a|4|40
b|5|50
b|6|60

> WITH more AS (UPDATE a SET n = n + 1 RETURNING id, n) SELECT more.id, more.n, a.n AS before FROM more JOIN a USING (id) ORDER BY 1
id|n|before
1|11|10
2|21|20
3|31|30
4|41|40

> WITH added AS (INSERT INTO a VALUES (10, 100) RETURNING id) SELECT count(*), (SELECT id FROM added) AS added FROM a
count|added
4|10

> SELECT count(*) FROM a
count
5

> WITH x AS (INSERT INTO log VALUES ('unread', 1)) SELECT 1 AS one
one
1

> WITH x AS (INSERT INTO log VALUES ('unread', 2) RETURNING what) SELECT 2 AS two WHERE false
two

> SELECT * FROM log ORDER BY id
what|id
unread|1
unread|2

> WITH x AS (INSERT INTO log VALUES ('unread', 3)) SELECT * FROM x
ERROR 0A000: WITH query "x" does not have a RETURNING clause

> WITH x(word) AS (INSERT INTO log VALUES ('named', 4) RETURNING what) SELECT word FROM x
word
named

> WITH t AS (SELECT 5 AS id), up AS (INSERT INTO log SELECT 'first', id FROM t RETURNING id), two AS (INSERT INTO log SELECT 'second', id + 1 FROM up RETURNING id) SELECT t.id, up.id, two.id FROM t, up, two
id|id|id
5|5|6

> SELECT * FROM log ORDER BY id
what|id
unread|1
unread|2
named|4
first|5
second|6

> SELECT * FROM (WITH x AS (DELETE FROM log RETURNING *) SELECT * FROM x) y
ERROR 0A000: WITH clause containing a data-modifying statement must be at the top level

> INSERT INTO log WITH x AS (DELETE FROM log RETURNING *) SELECT * FROM x
ERROR 0A000: WITH clause containing a data-modifying statement must be at the top level

> WITH x AS (DELETE FROM a WHERE id = 1 RETURNING id) UPDATE a SET n = 0 FROM x WHERE a.id < 3 AND a.id <> x.id
OK 1

> SELECT * FROM a ORDER BY id
id|n
2|0
3|31
4|41
10|100

> WITH x AS (UPDATE a SET n = 7 WHERE id = 2 RETURNING id) DELETE FROM a WHERE id IN (SELECT id FROM x)
OK 0

> WITH x AS (UPDATE a SET n = 8 WHERE id = 3 RETURNING n) DELETE FROM a USING x WHERE a.id = 4
OK 1

> SELECT * FROM a ORDER BY id
id|n
2|7
3|8
10|100

> WITH x AS (SELECT id FROM a WHERE id > 2) UPDATE a SET n = -n FROM x WHERE a.id = x.id AND a.id > 5 RETURNING a.id, a.n
id|n
10|-100

> WITH x AS (SELECT 1 AS v) DELETE FROM a WHERE n IN (SELECT v FROM x)
OK 0

> WITH new AS (VALUES (2, 22), (20, 200)), old AS (UPDATE a SET n = column2 FROM new WHERE id = column1 RETURNING id) INSERT INTO a SELECT * FROM new WHERE column1 NOT IN (SELECT id FROM old)
OK 1

> SELECT * FROM a ORDER BY id
id|n
2|22
3|8
10|-100
20|200

> WITH RECURSIVE r AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM r WHERE k < 3) INSERT INTO b SELECT k, k FROM r RETURNING *
id|n
1|1
2|2
3|3

> WITH d AS (DELETE FROM b RETURNING n) SELECT sum(d.n), (SELECT count(*) FROM b) AS left_over FROM d
sum|left_over
116|5

> SELECT count(*) FROM b
count
0

> CREATE TABLE parent (id int PRIMARY KEY)
OK 0

> CREATE TABLE child (id int REFERENCES parent ON DELETE CASCADE)
OK 0

> WITH p AS (INSERT INTO parent VALUES (1), (2) RETURNING id) INSERT INTO child SELECT id FROM p
OK 2

> WITH p AS (DELETE FROM parent WHERE id = 1 RETURNING id) SELECT p.id, (SELECT count(*) FROM child) AS children FROM p
id|children
1|2

> SELECT count(*) FROM child
count
1

> WITH x AS (INSERT INTO a VALUES (2, 0)) SELECT 1
ERROR 23505: duplicate key value violates unique constraint "a_pkey"

> WITH x AS (INSERT INTO a VALUES (2, 0) ON CONFLICT (id) DO UPDATE SET n = a.n + 1 RETURNING n) SELECT * FROM x
n
23

> WITH src AS (SELECT 2 AS id, 77 AS n) MERGE INTO a USING src ON a.id = src.id WHEN MATCHED THEN UPDATE SET n = src.n
OK 1

> WITH x AS (MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE) SELECT 1
ERROR 0A000: MERGE not supported in WITH query

> SELECT * FROM a ORDER BY id
id|n
2|77
3|8
10|-100
20|200

> WITH x AS (DELETE FROM a WHERE id = $1 RETURNING *) SELECT * FROM x
ERROR 42P02: there is no parameter $1

> PREPARE take(int) AS WITH x AS (DELETE FROM a WHERE id = $1 RETURNING *) SELECT * FROM x
OK 0

> EXECUTE take(2)
id|n
2|77

> SELECT * FROM a ORDER BY id
id|n
3|8
10|-100
20|200

> BEGIN READ ONLY
OK 0

> WITH x AS (DELETE FROM a) SELECT 1
ERROR 25006: cannot execute SELECT in a read-only transaction

> ROLLBACK
OK 0

> WITH x AS (DELETE FROM a RETURNING *), x AS (SELECT 1) SELECT 1
ERROR 42712: WITH query name "x" specified more than once

> DROP TABLE child, parent, a, b, log
OK 0

