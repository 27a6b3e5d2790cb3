> SELECT NULL = NULL, NULL <> 1, NULL IS NULL, 1 IS NOT NULL
?column?|?column?|?column?|?column?
\N|\N|t|t

> SELECT true AND NULL, false AND NULL, true OR NULL, false OR NULL, NOT NULL
?column?|?column?|?column?|?column?|?column?
\N|f|t|\N|\N

> SELECT NULL IS TRUE, NULL IS NOT TRUE, NULL IS UNKNOWN, true IS NOT UNKNOWN, false IS FALSE
?column?|?column?|?column?|?column?|?column?
f|t|t|t|t

> SELECT 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1, 1 IS DISTINCT FROM 2
?column?|?column?|?column?|?column?
t|f|t|t

> SELECT coalesce(NULL, NULL, 3), coalesce(NULL, 'x'), coalesce(1, 1 / 0)
coalesce|coalesce|coalesce
3|x|1

> SELECT nullif(1, 1), nullif(1, 2), nullif('a', 'b')
nullif|nullif|nullif
\N|1|a

> SELECT 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, NULL), NULL IN (1)
?column?|?column?|?column?|?column?
t|\N|\N|\N

> SELECT CASE WHEN NULL THEN 'yes' ELSE 'no' END, CASE NULL WHEN NULL THEN 1 ELSE 2 END
case|case
no|2

> SELECT CASE WHEN false THEN 1 / 0 ELSE 5 END, CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, CASE WHEN false THEN 1 END
case|case|case
5|two|\N

> SELECT CASE WHEN true THEN 1 ELSE 2.5 END, CASE WHEN false THEN 1 ELSE 2.5 END
case|case
1|2.5

> SELECT CASE WHEN true THEN 'a' ELSE 1 END
ERROR 22P02: invalid input syntax for type integer: "a"

> SELECT count(NULL), sum(NULL::int), max(NULL::text), count(*)
count|sum|max|count
0|\N|\N|1

> CREATE TABLE n (a int, b text)
OK 0

> INSERT INTO n VALUES (1, 'x'), (NULL, 'y'), (2, NULL), (NULL, NULL)
OK 4

> SELECT * FROM n WHERE a = NULL
a|b

> SELECT * FROM n WHERE a IS NULL ORDER BY b
a|b
\N|y
\N|\N

> SELECT * FROM n ORDER BY a, b
a|b
1|x
2|\N
\N|y
\N|\N

> SELECT * FROM n ORDER BY a DESC, b DESC
a|b
\N|\N
\N|y
2|\N
1|x

> SELECT * FROM n ORDER BY a NULLS FIRST, b NULLS FIRST
a|b
\N|\N
\N|y
1|x
2|\N

> SELECT * FROM n ORDER BY a DESC NULLS LAST, b NULLS FIRST
a|b
2|\N
1|x
\N|\N
\N|y

> SELECT count(*), count(a), count(b), sum(a), avg(a), min(b), max(b) FROM n
count|count|count|sum|avg|min|max
4|2|2|3|1.5000000000000000|x|y

> SELECT a, count(*) FROM n GROUP BY a ORDER BY a
a|count
1|1
2|1
\N|2

> SELECT DISTINCT a FROM n ORDER BY a
a
1
2
\N

> SELECT * FROM n WHERE NOT (a = 1) ORDER BY a
a|b
2|\N

> SELECT a FROM n WHERE a IN (1, NULL)
a
1

> SELECT a FROM n WHERE a NOT IN (1, NULL)
a

> SELECT a + 1, b || 'z' FROM n ORDER BY 1, 2
?column?|?column?
2|xz
3|\N
\N|yz
\N|\N

