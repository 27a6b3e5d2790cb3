-- TABLE t is a query like any other.

> CREATE TABLE t (a int, b text)
OK 0

> INSERT INTO t VALUES (1, 'x'), (2, 'y')
OK 2

> TABLE t
a|b
1|x
2|y

> TABLE public.t ORDER BY a DESC LIMIT 1
a|b
2|y

> (TABLE t) UNION ALL TABLE t ORDER BY a
a|b
1|x
1|x
2|y
2|y

> SELECT count(*) FROM (TABLE t) x
count
2

> WITH w AS (TABLE t) SELECT a FROM w ORDER BY a
a
1
2

> CREATE TABLE u AS TABLE t
OK 2

> INSERT INTO u TABLE t
OK 2

> SELECT count(*) FROM u
count
4

> TABLE nowhere
ERROR 42P01: relation "nowhere" does not exist

