# Views and materialised views.

> CREATE TABLE base (a int PRIMARY KEY, b text, c int)
OK 0

> INSERT INTO base VALUES (1, 'x', 10), (2, 'y', 20), (3, 'z', 30)
OK 3

> CREATE VIEW big AS SELECT a, b FROM base WHERE c > 10
OK 0

> SELECT * FROM big ORDER BY a
a|b
2|y
3|z

> CREATE VIEW big AS SELECT 1
ERROR 42P07: relation "big" already exists

> CREATE OR REPLACE VIEW big AS SELECT a FROM base
ERROR 42P16: cannot drop columns from view

> CREATE OR REPLACE VIEW big AS SELECT a, b, c FROM base WHERE c > 10
OK 0

> SELECT * FROM big ORDER BY a
a|b|c
2|y|20
3|z|30

> CREATE VIEW named (one, two) AS SELECT a, b FROM base
OK 0

> SELECT two FROM named WHERE one = 1
two
x

> CREATE VIEW starred AS SELECT * FROM base
OK 0

> ALTER TABLE base ADD COLUMN d int DEFAULT 5
OK 0

> SELECT * FROM starred ORDER BY 1
a|b|c
1|x|10
2|y|20
3|z|30

> ALTER TABLE base RENAME COLUMN b TO bee
OK 0

> SELECT * FROM big ORDER BY a
a|b|c
2|y|20
3|z|30

> ALTER TABLE base DROP COLUMN bee
ERROR 2BP01: cannot drop column bee of table base because other objects depend on it

> DROP TABLE base
ERROR 2BP01: cannot drop table base because other objects depend on it

> ALTER TABLE base RENAME TO base2
OK 0

> SELECT count(*) FROM big
count
2

> CREATE VIEW upper AS SELECT a FROM big WHERE a > 2
OK 0

> DROP VIEW big
ERROR 2BP01: cannot drop view big because other objects depend on it

> DROP VIEW big CASCADE
OK 0

> SELECT * FROM upper
ERROR 42P01: relation "upper" does not exist

> DROP VIEW IF EXISTS upper
OK 0

> DROP VIEW base2
ERROR 42809: "base2" is not a view

> DROP TABLE named
ERROR 42809: "named" is not a table

> CREATE VIEW twice AS SELECT 1 AS a, 2 AS a
ERROR 42701: column "a" specified more than once

> CREATE VIEW joined AS SELECT x.a, y.c FROM base2 x JOIN base2 y ON x.a = y.a - 1
OK 0

> SELECT * FROM joined ORDER BY a
a|c
1|20
2|30

> SELECT j.a, k.a FROM joined j, joined k WHERE j.a < k.a
a|a
1|2

> CREATE MATERIALIZED VIEW kept AS SELECT sum(c) AS total FROM base2
OK 1

> SELECT * FROM kept
total
60

> INSERT INTO base2 (a, c) VALUES (4, 40)
OK 1

> SELECT * FROM kept
total
60

> REFRESH MATERIALIZED VIEW kept
OK 0

> SELECT * FROM kept
total
100

> CREATE MATERIALIZED VIEW empty AS SELECT a FROM base2 WITH NO DATA
OK 0

> SELECT * FROM empty
ERROR 55000: materialized view "empty" has not been populated

> REFRESH MATERIALIZED VIEW empty
OK 0

> SELECT count(*) FROM empty
count
4

> CREATE UNIQUE INDEX ON empty (a)
OK 0

> REFRESH MATERIALIZED VIEW CONCURRENTLY empty
OK 0

> INSERT INTO kept VALUES (1)
ERROR 42809: cannot change materialized view "kept"

> DROP TABLE kept
ERROR 42809: "kept" is not a table

> DROP MATERIALIZED VIEW kept
OK 0

> DROP TABLE base2
ERROR 2BP01: cannot drop table base2 because other objects depend on it

> DROP TABLE base2 CASCADE
OK 0

> SELECT * FROM joined
ERROR 42P01: relation "joined" does not exist

