> CREATE TABLE a (id int PRIMARY KEY, x text)
OK 0

> CREATE TABLE b (id int PRIMARY KEY, a_id int, y text)
OK 0

> INSERT INTO a VALUES (1, 'one'), (2, 'two'), (3, 'three')
OK 3

> INSERT INTO b VALUES (10, 1, 'p'), (11, 1, 'q'), (12, 2, 'r'), (13, NULL, 's'), (14, 9, 't')
OK 5

> SELECT a.id, b.id, x, y FROM a JOIN b ON b.a_id = a.id ORDER BY b.id
id|id|x|y
1|10|one|p
1|11|one|q
2|12|two|r

> SELECT a.id, x, y FROM a LEFT JOIN b ON b.a_id = a.id ORDER BY a.id, y
id|x|y
1|one|p
1|one|q
2|two|r
3|three|\N

> SELECT a.id, x, y FROM a RIGHT JOIN b ON b.a_id = a.id ORDER BY b.id
id|x|y
1|one|p
1|one|q
2|two|r
\N|\N|s
\N|\N|t

> SELECT a.id, b.id FROM a FULL JOIN b ON b.a_id = a.id ORDER BY a.id, b.id
id|id
1|10
1|11
2|12
3|\N
\N|13
\N|14

> SELECT count(*) FROM a CROSS JOIN b
count
15

> SELECT count(*) FROM a, b
count
15

> SELECT a.x, b.y FROM a, b WHERE a.id = b.a_id AND b.y > 'p' ORDER BY 2
x|y
one|q
two|r

> SELECT * FROM a JOIN b USING (id)
id|x|a_id|y

> SELECT * FROM a NATURAL JOIN b
id|x|a_id|y

> SELECT * FROM a LEFT JOIN b USING (id) ORDER BY id
id|x|a_id|y
1|one|\N|\N
2|two|\N|\N
3|three|\N|\N

> SELECT a.x FROM a LEFT JOIN b ON b.a_id = a.id WHERE b.id IS NULL
x
three

> SELECT a.id, count(b.id) FROM a LEFT JOIN b ON b.a_id = a.id GROUP BY a.id ORDER BY a.id
id|count
1|2
2|1
3|0

> SELECT a.x, count(*), string_agg(b.y, ',' ORDER BY b.y) FROM a JOIN b ON a.id = b.a_id GROUP BY a.x ORDER BY a.x
x|count|string_agg
one|2|p,q
two|1|r

> SELECT a1.id, a2.id FROM a a1 JOIN a a2 ON a1.id < a2.id ORDER BY 1, 2
id|id
1|2
1|3
2|3

> SELECT a.id, b.y FROM a LEFT JOIN b ON b.a_id = a.id AND b.y = 'q' ORDER BY a.id
id|y
1|q
2|\N
3|\N

> SELECT a.id, b.y FROM a LEFT JOIN b ON b.a_id = a.id WHERE b.y = 'q' ORDER BY a.id
id|y
1|q

> SELECT a.id FROM a LEFT JOIN b ON false ORDER BY 1
id
1
2
3

> SELECT a.id, b.id FROM a JOIN b ON true WHERE a.id = 1 ORDER BY 2
id|id
1|10
1|11
1|12
1|13
1|14

> SELECT a.id, b.id FROM a JOIN b ON a.id + 9 = b.id ORDER BY 1
id|id
1|10
2|11
3|12

> CREATE TABLE c (b_id int, z numeric)
OK 0

> INSERT INTO c VALUES (10, 1.5), (10, 2.5), (11, 3), (12, NULL)
OK 4

> SELECT a.x, sum(c.z) FROM a JOIN b ON b.a_id = a.id JOIN c ON c.b_id = b.id GROUP BY a.x ORDER BY a.x
x|sum
one|7.0
two|\N

> SELECT a.x, b.y, c.z FROM a LEFT JOIN b ON b.a_id = a.id LEFT JOIN c ON c.b_id = b.id ORDER BY 1, 2, 3
x|y|z
one|p|1.5
one|p|2.5
one|q|3
three|\N|\N
two|r|\N

> SELECT a.x FROM a JOIN (b JOIN c ON c.b_id = b.id) ON b.a_id = a.id ORDER BY 1, c.z
x
one
one
one
two

> SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a_id = a.id) ORDER BY x
x
one
two

> SELECT x FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.a_id = a.id) ORDER BY x
x
three

> SELECT x FROM a WHERE id IN (SELECT a_id FROM b) ORDER BY x
x
one
two

> SELECT x FROM a WHERE id NOT IN (SELECT a_id FROM b WHERE a_id IS NOT NULL) ORDER BY x
x
three

> SELECT x FROM a WHERE id NOT IN (SELECT a_id FROM b) ORDER BY x
x

> SELECT x, (SELECT count(*) FROM b WHERE b.a_id = a.id) AS n FROM a ORDER BY x
x|n
one|2
three|0
two|1

> SELECT (SELECT id FROM b)
ERROR 21000: more than one row returned by a subquery used as an expression

> SELECT id FROM a JOIN b ON a.id = b.a_id
ERROR 42702: column reference "id" is ambiguous

> SELECT a.id FROM a JOIN a ON true
ERROR 42712: table name "a" specified more than once

> SELECT a.id FROM a JOIN b ON a.id = c.id
ERROR 42P01: missing FROM-clause entry for table "c"

> SELECT * FROM a JOIN b ON a.id
ERROR 42804: argument of JOIN/ON must be type boolean, not type integer

> SELECT * FROM a JOIN b USING (nosuch)
ERROR 42703: column "nosuch" specified in USING clause does not exist in left table

> SELECT q.id FROM a q WHERE a.id = 1
ERROR 42P01: invalid reference to FROM-clause entry for table "a"

