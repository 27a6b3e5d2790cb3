> CREATE TABLE t (id int PRIMARY KEY, v text)
OK 0

> BEGIN
OK 0

> INSERT INTO t VALUES (1, 'a')
OK 1

> SELECT * FROM t
id|v
1|a

> ROLLBACK
OK 0

> SELECT * FROM t
id|v

> BEGIN
OK 0

> INSERT INTO t VALUES (1, 'a')
OK 1

> COMMIT
OK 0

> SELECT * FROM t
id|v
1|a

> BEGIN
OK 0

> INSERT INTO t VALUES (2, 'b')
OK 1

> INSERT INTO t VALUES (1, 'dup')
ERROR 23505: duplicate key value violates unique constraint "t_pkey"

> SELECT * FROM t
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> COMMIT
OK 0

> SELECT * FROM t ORDER BY id
id|v
1|a

> BEGIN
OK 0

> INSERT INTO t VALUES (2, 'b')
OK 1

> SAVEPOINT one
OK 0

> INSERT INTO t VALUES (3, 'c')
OK 1

> SAVEPOINT two
OK 0

> INSERT INTO t VALUES (1, 'dup')
ERROR 23505: duplicate key value violates unique constraint "t_pkey"

> SELECT 1
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO two
OK 0

> INSERT INTO t VALUES (4, 'd')
OK 1

> ROLLBACK TO SAVEPOINT one
OK 0

> SELECT * FROM t ORDER BY id
id|v
1|a
2|b

> INSERT INTO t VALUES (5, 'e')
OK 1

> RELEASE SAVEPOINT one
OK 0

> ROLLBACK TO one
ERROR 3B001: savepoint "one" does not exist

> ROLLBACK
OK 0

> SELECT * FROM t ORDER BY id
id|v
1|a

> BEGIN
OK 0

> SAVEPOINT s
OK 0

> INSERT INTO t VALUES (6, 'f')
OK 1

> RELEASE s
OK 0

> COMMIT
OK 0

> SELECT * FROM t ORDER BY id
id|v
1|a
6|f

> SAVEPOINT outside
ERROR 25P01: SAVEPOINT can only be used in transaction blocks

> BEGIN
OK 0

> CREATE TABLE gone (x int)
OK 0

> INSERT INTO gone VALUES (1)
OK 1

> SELECT * FROM gone
x
1

> ROLLBACK
OK 0

> SELECT * FROM gone
ERROR 42P01: relation "gone" does not exist

> BEGIN
OK 0

> DROP TABLE t
OK 0

> SELECT * FROM t
ERROR 42P01: relation "t" does not exist

> ROLLBACK
OK 0

> SELECT * FROM t ORDER BY id
id|v
1|a
6|f

> BEGIN
OK 0

> CREATE INDEX t_v ON t (v)
OK 0

> INSERT INTO t VALUES (7, 'g')
OK 1

> SAVEPOINT x
OK 0

> DELETE FROM t
OK 3

> SELECT count(*) FROM t
count
0

> ROLLBACK TO x
OK 0

> SELECT count(*) FROM t
count
3

> COMMIT
OK 0

> SELECT id FROM t WHERE v = 'g'
id
7

> START TRANSACTION READ ONLY
OK 0

> INSERT INTO t VALUES (9, 'z')
ERROR 25006: cannot execute INSERT in a read-only transaction

> ROLLBACK
OK 0

> BEGIN
OK 0

> UPDATE t SET v = 'changed' WHERE id = 1
OK 1

> SELECT v FROM t WHERE id = 1
v
changed

> ABORT
OK 0

> SELECT v FROM t WHERE id = 1
v
a

> END
OK 0

> SELECT 1 / 0
ERROR 22012: division by zero

> SELECT 2
?column?
2

