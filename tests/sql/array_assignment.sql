# Assignment to elements and slices.

> CREATE TABLE t (id int, a int[], b int[][], c text[])
OK 0

> INSERT INTO t (id, a[1], a[2]) VALUES (1, 5, 6)
OK 1

> INSERT INTO t (id, a[1:3], c[2]) VALUES (2, '{7,8,9}', 'two')
OK 1

> INSERT INTO t (id, b[1][1], b[1][2]) VALUES (3, 1, 2)
ERROR 2202E: array subscript out of range

> INSERT INTO t (id, b[1:2][1:2]) VALUES (3, '{{1,2},{3,4}}')
OK 1

> INSERT INTO t (id, a[2]) VALUES (4, now())
ERROR 42804: subscripted assignment to "a" requires type integer but expression is of type timestamp with time zone

> INSERT INTO t (id, a[1:2]) VALUES (4, 5)
ERROR 42804: subscripted assignment to "a" requires type integer[] but expression is of type integer

> INSERT INTO t (id, a, a[1]) VALUES (4, '{1}', 5)
ERROR 42701: column "a" specified more than once

> INSERT INTO t (id[1]) VALUES (4)
ERROR 42804: cannot subscript type integer because it does not support subscripting

> SELECT * FROM t ORDER BY id
id|a|b|c
1|{5,6}|\N|\N
2|{7,8,9}|\N|[2:2]={two}
3|\N|{{1,2},{3,4}}|\N

> UPDATE t SET a[4] = 40 WHERE id = 1
OK 1

> UPDATE t SET a[-1] = 1, a[0] = 0 WHERE id = 2
OK 1

> SELECT id, a, array_dims(a) FROM t ORDER BY id
id|a|array_dims
1|{5,6,NULL,40}|[1:4]
2|[-1:3]={1,0,7,8,9}|[-1:3]
3|\N|\N

> UPDATE t SET b[2][2] = 44, b[1][1] = 11 WHERE id = 3
OK 1

> UPDATE t SET b[3][1] = 0 WHERE id = 3
ERROR 2202E: array subscript out of range

> UPDATE t SET b[1] = 0 WHERE id = 3
ERROR 2202E: wrong number of array subscripts

> UPDATE t SET b[1:1] = '{{7,8}}' WHERE id = 3
OK 1

> SELECT b FROM t WHERE id = 3
b
{{7,8},{3,44}}

> UPDATE t SET a[2:3] = '{20,30}' WHERE id = 1
OK 1

> UPDATE t SET a[2:3] = '{20}' WHERE id = 1
ERROR 2202E: source array too small

> UPDATE t SET a[3:2] = '{}' WHERE id = 1
ERROR 2202E: upper bound cannot be less than lower bound

> UPDATE t SET a[:2] = '{100,200}' WHERE id = 1
OK 1

> UPDATE t SET a[3:] = ARRAY[300, 400] WHERE id = 1
OK 1

> UPDATE t SET a[6:7] = '{6,7}' WHERE id = 1
OK 1

> SELECT a FROM t WHERE id = 1
a
{100,200,300,400,NULL,6,7}

> UPDATE t SET a[1:2] = NULL WHERE id = 1
OK 1

> UPDATE t SET a[1] = NULL WHERE id = 1
OK 1

> SELECT a FROM t WHERE id = 1
a
{NULL,200,300,400,NULL,6,7}

> UPDATE t SET a[NULL] = 1 WHERE id = 1
ERROR 22004: array subscript in assignment must not be null

> UPDATE t SET c[:] = '{a}' WHERE id = 1
ERROR 2202E: array slice subscript must provide both boundaries

> UPDATE t SET c[3] = 'three' WHERE id = 3
OK 1

> SELECT c, array_dims(c) FROM t ORDER BY id
c|array_dims
\N|\N
[2:2]={two}|[2:2]
[3:3]={three}|[3:3]

> UPDATE t SET a[id + 1] = id * 100, c = c || 'x'::text WHERE id = 2 RETURNING a, c
a|c
[-1:3]={1,0,7,8,200}|[2:3]={two,x}

> UPDATE t SET (a[1], c[1]) = (1, 'one') WHERE id = 1 RETURNING a, c
a|c
{1,200,300,400,NULL,6,7}|{one}

> UPDATE t SET a[1] = a[2], a[2] = a[1] WHERE id = 1 RETURNING a
a
{200,1,300,400,NULL,6,7}

> UPDATE t SET a[1] = 'x' WHERE id = 1
ERROR 22P02: invalid input syntax for type integer: "x"

> DROP TABLE t
OK 0


# An array among the values is no target.
> CREATE TABLE whole (a int[])
OK 0

> INSERT INTO whole VALUES (ARRAY[1,2]), (ARRAY[3,NULL]), (NULL)
OK 3

> INSERT INTO whole SELECT (ARRAY[ARRAY[4,5],ARRAY[6,7]])[1:1]
OK 1

> INSERT INTO whole DEFAULT VALUES RETURNING (a[1])
a
\N

> SELECT * FROM whole ORDER BY a
a
{1,2}
{3,NULL}
{{4,5}}
\N
\N

> CREATE TABLE listed (k int, v text)
OK 0

> INSERT INTO listed VALUES (3, 'c'), (1, 'a'), (2, NULL)
OK 3

> SELECT ARRAY(SELECT v FROM listed ORDER BY k DESC), ARRAY(SELECT k FROM listed WHERE k > 9), (ARRAY(SELECT k FROM listed ORDER BY k))[2]
array|array|array
{c,NULL,a}|{}|2

> SELECT k, ARRAY(SELECT o.k FROM listed o WHERE o.k < l.k ORDER BY 1) FROM listed l ORDER BY k
k|array
1|{}
2|{1}
3|{1,2}

> SELECT ARRAY(SELECT ARRAY[k, k * 2] FROM listed ORDER BY k)
array
{{1,2},{2,4},{3,6}}

> SELECT ARRAY(SELECT k, v FROM listed)
ERROR 42601: subquery must return only one column

> SELECT ARRAY(VALUES (1), (2)), ARRAY(SELECT 'x')
array|array
{1,2}|{x}

> SELECT date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01'), date_bin('2 days 2.5 s', timestamp '1999-12-31', timestamp '2001-01-01 00:02:30')
date_bin|date_bin
2020-02-11 15:30:00|1999-12-29 23:54:50

> SELECT date_bin('-1 day', timestamp '2020-01-01', timestamp '2001-01-01')
ERROR 22008: stride must be greater than zero

> SELECT date_bin('1 month', timestamp '2020-01-01', timestamp '2001-01-01')
ERROR 0A000: timestamps cannot be binned into intervals containing months or years

> SELECT date_bin('1 day', timestamp 'infinity', timestamp '2001-01-01'), date_bin('1 hour', timestamptz '2020-01-01 01:30+00', timestamptz '2001-01-01 00:15+00')
date_bin|date_bin
infinity|2020-01-01 01:15:00+00

