# Generated columns.

> CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) STORED, c text)
OK 0

> INSERT INTO g VALUES (1), (2) RETURNING *
a|b|c
1|2|\N
2|4|\N

> INSERT INTO g VALUES (3, DEFAULT, 'x')
OK 1

> INSERT INTO g VALUES (4, 4)
ERROR 428C9: cannot insert a non-DEFAULT value into column "b"

> INSERT INTO g (b) VALUES (4)
ERROR 428C9: cannot insert a non-DEFAULT value into column "b"

> UPDATE g SET a = 10 WHERE a = 1 RETURNING *
a|b|c
10|20|\N

> UPDATE g SET b = 1
ERROR 428C9: column "b" can only be updated to DEFAULT

> UPDATE g SET b = DEFAULT
OK 3

> INSERT INTO g VALUES (2) ON CONFLICT (a) DO UPDATE SET a = 20 RETURNING *
a|b|c
20|40|\N

> SELECT * FROM g ORDER BY a
a|b|c
3|6|x
10|20|\N
20|40|\N

> CREATE TABLE g2 (a int, b int GENERATED ALWAYS AS (a) STORED, c int GENERATED ALWAYS AS (b) STORED)
ERROR 42P17: cannot use generated column "b" in column generation expression

> CREATE TABLE g2 (a int GENERATED ALWAYS AS (a) STORED)
ERROR 42P17: cannot use generated column "a" in column generation expression

> CREATE TABLE g2 (a int, b int DEFAULT 5 GENERATED ALWAYS AS (a) STORED)
ERROR 42601: both default and generation expression specified for column "b" of table "g2"

> CREATE TABLE g2 (a int, b float8 GENERATED ALWAYS AS (random()) STORED)
ERROR 42P17: generation expression is not immutable

> CREATE TABLE g2 (a int, b int GENERATED ALWAYS AS (nope) STORED)
ERROR 42703: column "nope" does not exist

> CREATE TABLE g2 (a int, b int GENERATED ALWAYS AS ((SELECT 1)) STORED)
ERROR 0A000: cannot use subquery in column generation expression

> CREATE TABLE g2 (a int, b int GENERATED ALWAYS AS (sum(a)) STORED)
ERROR 42803: aggregate functions are not allowed in column generation expressions

> CREATE TABLE g2 (a int, b int NOT NULL GENERATED ALWAYS AS (nullif(a, 0)) STORED, CHECK (b < 10))
OK 0

> INSERT INTO g2 VALUES (0)
ERROR 23502: null value in column "b" of relation "g2" violates not-null constraint

> INSERT INTO g2 VALUES (11)
ERROR 23514: new row for relation "g2" violates check constraint "g2_b_check"

> INSERT INTO g2 VALUES (5)
OK 1

> ALTER TABLE g2 ADD COLUMN c int GENERATED ALWAYS AS (a + 1) STORED
OK 0

> SELECT * FROM g2
a|b|c
5|5|6

> ALTER TABLE g2 DROP COLUMN a
ERROR 2BP01: cannot drop column a of table g2 because other objects depend on it

> ALTER TABLE g2 RENAME COLUMN a TO aa
OK 0

> UPDATE g2 SET aa = 6 RETURNING *
aa|b|c
6|6|7

> ALTER TABLE g2 DROP COLUMN aa CASCADE
OK 0

> SELECT count(*) FROM g2
count
1

> CREATE UNIQUE INDEX ON g (b)
OK 0

> INSERT INTO g VALUES (3)
ERROR 23505: duplicate key value violates unique constraint "g_pkey"

> INSERT INTO g SELECT 7
OK 1

> SELECT * FROM g WHERE b = 14
a|b|c
7|14|\N

