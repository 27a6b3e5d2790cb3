-- Actions of references: what they change is checked like any change.

> CREATE TABLE p (id int PRIMARY KEY)
OK 0

> CREATE TABLE c (
.   id int PRIMARY KEY,
.   p int NOT NULL REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE,
.   CONSTRAINT small CHECK (p < 100)
. )
OK 0

> INSERT INTO p VALUES (1), (2), (3)
OK 3

> INSERT INTO c VALUES (10, 1), (11, 2)
OK 2

> DELETE FROM p WHERE id = 1
ERROR 23502: null value in column "p" of relation "c" violates not-null constraint

> UPDATE p SET id = 200 WHERE id = 2
ERROR 23514: new row for relation "c" violates check constraint "small"

> UPDATE p SET id = 20 WHERE id = 2
OK 1

> DELETE FROM p WHERE id = 3
OK 1

> SELECT * FROM c ORDER BY id
id|p
10|1
11|20

> SELECT * FROM p ORDER BY id
id
1
20

> CREATE TABLE q (id int PRIMARY KEY)
OK 0

> CREATE TABLE d (
.   id int PRIMARY KEY,
.   p int DEFAULT (2 * 3) + 1 REFERENCES q ON DELETE SET DEFAULT,
.   note text
. )
OK 0

> INSERT INTO q VALUES (1), (5), (7), (20)
OK 4

> INSERT INTO d VALUES (1, 1, 'one'), (2, 5, 'five'), (3, 7, 'seven')
OK 3

> DELETE FROM q WHERE id = 1
OK 1

> SELECT * FROM d ORDER BY id
id|p|note
1|7|one
2|5|five
3|7|seven

> DELETE FROM q WHERE id = 7
ERROR 23503: update or delete on table "q" violates foreign key constraint "d_p_fkey" on table "d"

> DELETE FROM q WHERE id = 5
OK 1

> SELECT * FROM d ORDER BY id
id|p|note
1|7|one
2|7|five
3|7|seven

> CREATE TABLE e (
.   id int PRIMARY KEY,
.   p int REFERENCES q ON DELETE SET NULL,
.   CONSTRAINT kept CHECK (p IS NOT NULL)
. )
OK 0

> INSERT INTO e VALUES (1, 20)
OK 1

> DELETE FROM q WHERE id = 20
ERROR 23514: new row for relation "e" violates check constraint "kept"

-- Trees in one table.

> CREATE TABLE tree (
.   id int PRIMARY KEY,
.   parent int REFERENCES tree ON DELETE CASCADE ON UPDATE CASCADE
. )
OK 0

> INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 1), (6, 6)
OK 6

> UPDATE tree SET id = 12 WHERE id = 2
OK 1

> SELECT * FROM tree ORDER BY id
id|parent
1|\N
3|12
4|3
5|1
6|6
12|1

> DELETE FROM tree WHERE id = 12
OK 1

> SELECT * FROM tree ORDER BY id
id|parent
1|\N
5|1
6|6

> DELETE FROM tree WHERE id = 6
OK 1

> DELETE FROM tree WHERE id = 1
OK 1

> SELECT count(*) FROM tree
count
0

-- Several levels, each with its own action.

> CREATE TABLE a1 (id int PRIMARY KEY)
OK 0

> CREATE TABLE a2 (id int PRIMARY KEY, a1 int REFERENCES a1 ON DELETE CASCADE)
OK 0

> CREATE TABLE a3 (id int PRIMARY KEY, a2 int REFERENCES a2 ON DELETE SET NULL, CHECK (a2 IS NULL OR a2 > 0))
OK 0

> CREATE TABLE a4 (id int PRIMARY KEY, a2 int REFERENCES a2 ON DELETE RESTRICT)
OK 0

> INSERT INTO a1 VALUES (1), (2)
OK 2

> INSERT INTO a2 VALUES (10, 1), (11, 1), (20, 2)
OK 3

> INSERT INTO a3 VALUES (100, 10), (101, 11), (200, 20)
OK 3

> INSERT INTO a4 VALUES (1000, 20)
OK 1

> DELETE FROM a1 WHERE id = 1
OK 1

> SELECT * FROM a2 ORDER BY id
id|a1
20|2

> SELECT * FROM a3 ORDER BY id
id|a2
100|\N
101|\N
200|20

> DELETE FROM a1 WHERE id = 2
ERROR 23503: update or delete on table "a2" violates foreign key constraint "a4_a2_fkey" on table "a4"

> SELECT * FROM a1 ORDER BY id
id
2

> CREATE DOMAIN small AS int DEFAULT 3 CHECK (VALUE < 10)
OK 0

> CREATE TABLE d1 (id int PRIMARY KEY)
OK 0

> CREATE TABLE d2 (id int PRIMARY KEY, d1 small REFERENCES d1 ON UPDATE CASCADE ON DELETE SET DEFAULT)
OK 0

> INSERT INTO d1 VALUES (1), (2), (3)
OK 3

> INSERT INTO d2 VALUES (10, 1), (20, 2)
OK 2

> UPDATE d1 SET id = 11 WHERE id = 1
ERROR 23514: value for domain small violates check constraint "small_check"

> UPDATE d1 SET id = 9 WHERE id = 1
OK 1

> DELETE FROM d1 WHERE id = 2
OK 1

> SELECT * FROM d2 ORDER BY id
id|d1
10|9
20|3

> CREATE DOMAIN present AS int NOT NULL
OK 0

> CREATE TABLE d3 (id int PRIMARY KEY, d1 present REFERENCES d1 ON DELETE SET NULL)
OK 0

> INSERT INTO d1 VALUES (4)
OK 1

> INSERT INTO d3 VALUES (1, 4)
OK 1

> DELETE FROM d1 WHERE id = 4
ERROR 23502: domain present does not allow null values

