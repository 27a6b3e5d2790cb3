-- Rows made of one value, rows compared with subqueries, and where a recursive query may name itself.

> SELECT unnest(ARRAY[1, 2, 3]) AS n
n
1
2
3

> SELECT n, o FROM unnest(ARRAY['a', NULL, 'c']) WITH ORDINALITY AS u(n, o)
n|o
a|1
\N|2
c|3

> SELECT x, y FROM (VALUES (1, ARRAY[1, 2]), (2, ARRAY[]::int[]), (3, NULL)) AS t(x, a), unnest(t.a) AS y
x|y
1|1
1|2

> SELECT x, y FROM (VALUES (1, ARRAY[1, 2]), (2, ARRAY[]::int[])) AS t(x, a) LEFT JOIN LATERAL unnest(t.a) AS y ON true
x|y
1|1
1|2
2|\N

> SELECT unnest('{{1,2},{3,4}}'::int[]) AS n
n
1
2
3
4

> SELECT a, b FROM unnest(ARRAY[1, 2], ARRAY['x', 'y', 'z']) AS u(a, b)
a|b
1|x
2|y
\N|z

> SELECT unnest(NULL::int[]) AS n
n

> SELECT generate_subscripts(ARRAY['a', 'b'], 1) AS at
at
1
2

> SELECT generate_subscripts('[2:3]={a,b}'::text[], 1, true) AS at
at
3
2

> SELECT generate_subscripts(ARRAY[1], 2) AS at
at

> SELECT regexp_matches('foobarbequebaz', '(b[^b]+)(b[^b]+)', 'g') AS m
m
{bar,beque}

> SELECT regexp_matches('foobarbequebaz', 'b..') AS m
m
{bar}

> SELECT regexp_matches('foo', 'x') AS m
m

> SELECT m FROM regexp_matches('abc', '(', 'g') AS m
ERROR 2201B: invalid regular expression: parentheses () not balanced

> SELECT regexp_matches('abc', 'b', 'y') AS m
ERROR 22023: invalid regular expression option: "y"

> SELECT word FROM regexp_split_to_table('the quick brown fox', '\s+') AS word
word
the
quick
brown
fox

> SELECT regexp_split_to_table('abc', '', 'g') AS letter
ERROR 22023: regexp_split_to_table() does not support the "global" option

> SELECT regexp_split_to_table('aXbxc', 'x', 'i') AS letter
letter
a
b
c

> SELECT v, v IS NULL AS none FROM string_to_table('1|2|3|', '|') AS g(v)
v|none
1|f
2|f
3|f
|f

> SELECT v, v IS NULL AS none FROM string_to_table('abc', NULL) AS g(v)
v|none
a|f
b|f
c|f

> SELECT v, v IS NULL AS none FROM string_to_table('1,2,*', ',', '*') AS g(v)
v|none
1|f
2|f
\N|t

> SELECT string_to_table(NULL, ',') AS v
v

> SELECT * FROM jsonb_array_elements('[1, "a", null, {"b": 2}]')
value
1
"a"
null
{"b": 2}

> SELECT * FROM jsonb_array_elements_text('[1, "a", null, {"b": 2}]')
value
1
a
\N
{"b": 2}

> SELECT * FROM json_array_elements('[1, "a", null, {"b":2}]')
value
1
"a"
null
{"b":2}

> SELECT * FROM json_array_elements_text('[1, "a", null, {"b":2}]')
value
1
a
\N
{"b":2}

> SELECT value ->> 'b' AS b FROM jsonb_array_elements('[{"b": 1}, {"b": 2}]')
b
1
2

> SELECT * FROM jsonb_each('{"a": 1, "b": null, "c": "x"}')
key|value
a|1
b|null
c|"x"

> SELECT * FROM jsonb_each_text('{"a": 1, "b": null, "c": "x"}')
key|value
a|1
b|\N
c|x

> SELECT * FROM json_each('{"c":1,"b":null,"c":"x"}')
key|value
c|1
b|null
c|"x"

> SELECT key, value FROM json_each_text('{"c":1,"b":null,"a":"x"}')
key|value
c|1
b|\N
a|x

> SELECT jsonb_object_keys('{"bb": 1, "a": 2}') AS k
k
a
bb

> SELECT json_object_keys('{"bb": 1, "a": 2}') AS k
k
bb
a

> SELECT jsonb_array_elements('{"a": 1}')
ERROR 22023: cannot extract elements from an object

> SELECT jsonb_array_elements('1')
ERROR 22023: cannot extract elements from a scalar

> SELECT json_array_elements('{"a": 1}')
ERROR 22023: cannot call json_array_elements on a non-array

> SELECT json_array_elements('1')
ERROR 22023: cannot call json_array_elements on a scalar

> SELECT * FROM jsonb_each('[1]')
ERROR 22023: cannot call jsonb_each on a non-object

> SELECT * FROM json_each('[1]')
ERROR 22023: cannot deconstruct an array as an object

> SELECT * FROM json_each('1')
ERROR 22023: cannot deconstruct a scalar

> SELECT jsonb_object_keys('[1]')
ERROR 22023: cannot call jsonb_object_keys on an array

> SELECT json_object_keys('2')
ERROR 22023: cannot call json_object_keys on a scalar

> SELECT x, sind(x), cosd(x), tand(x), cotd(x + 15) FROM (VALUES (0), (30), (45), (60), (135), (180), (225), (360)) AS t(x)
x|sind|cosd|tand|cotd
0|0|1|0|3.7320508075688767
30|0.5|0.8660254037844387|0.5773502691896257|1
45|0.7071067811865475|0.7071067811865475|1|0.5773502691896257
60|0.8660254037844387|0.5|1.7320508075688774|0.26794919243112275
135|0.7071067811865475|-0.7071067811865475|-1|-1.7320508075688774
180|0|-1|0|3.7320508075688767
225|-0.7071067811865475|-0.7071067811865475|1|0.5773502691896257
360|0|1|0|3.7320508075688767

> SELECT asind(x), acosd(x), atand(x), atan2d(x, 1) FROM (VALUES (-1), (-0.5), (0), (0.5), (1)) AS t(x)
asind|acosd|atand|atan2d
-90|180|-45|-45
-30|120|-26.565051177077986|-26.565051177077986
0|90|0|0
30|60|26.565051177077986|26.565051177077986
90|0|45|45

> SELECT sind('Infinity')
ERROR 22003: input is out of range

> SELECT asind(2)
ERROR 22003: input is out of range

> SELECT (1, 2) IN (SELECT 1, 2) AS a, (1, 3) IN (SELECT 1, 2) AS b, (1, NULL) IN (SELECT 1, 2) AS c, (2, NULL) IN (SELECT 1, 2) AS d
a|b|c|d
t|f|\N|f

> SELECT (1, 2) NOT IN (SELECT 1, 2) AS a, (1, 2) NOT IN (SELECT 1, 2 WHERE false) AS b
a|b
f|t

> SELECT (1, 2) = (SELECT 1, 2) AS a, (1, 2) < (SELECT 1, 3) AS b, (1, 2) = (SELECT 1, 2 WHERE false) AS c
a|b|c
t|t|\N

> SELECT (1, 2) <> ANY (SELECT x, y FROM (VALUES (1, 2), (1, 3)) AS t(x, y)) AS a, (1, 2) <= ALL (SELECT x, y FROM (VALUES (1, 2), (1, 3)) AS t(x, y)) AS b
a|b
t|t

> SELECT x, y FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t(x, y) WHERE (x, y) IN (SELECT a, b FROM (VALUES (1, 'a'), (3, 'c'), (2, 'x')) AS u(a, b))
x|y
1|a
3|c

> SELECT x, count(*) AS n FROM (VALUES (1), (1), (2)) AS t(x) GROUP BY x HAVING (x, count(*)) IN (SELECT 1, 2) ORDER BY x
x|n
1|2

> SELECT (1, 2) IN (SELECT 1)
ERROR 42601: subquery has too few columns

> SELECT (1, 2) IN (SELECT 1, 2, 3)
ERROR 42601: subquery has too many columns

> SELECT (1, 2) = (SELECT 1, 2 UNION ALL SELECT 3, 4)
ERROR 21000: more than one row returned by a subquery used as an expression

> WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n IN (SELECT * FROM x)) SELECT * FROM x
ERROR 42P19: recursive reference to query "x" must not appear within a subquery

> WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3 AND EXISTS (SELECT 1 FROM x)) SELECT * FROM x
ERROR 42P19: recursive reference to query "x" must not appear within a subquery

> WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT a.n + 1 FROM x AS a, x AS b) SELECT * FROM x
ERROR 42P19: recursive reference to query "x" must not appear more than once

> WITH RECURSIVE y(a) AS (SELECT 1), x(n) AS (SELECT 1 UNION ALL SELECT x.n + 1 FROM y LEFT JOIN x ON x.n = y.a WHERE n < 10) SELECT * FROM x
ERROR 42P19: recursive reference to query "x" must not appear within an outer join

> WITH RECURSIVE y(a) AS (SELECT 1), x(n) AS (SELECT 1 UNION ALL SELECT x.n + 1 FROM x RIGHT JOIN y ON x.n = y.a WHERE n < 10) SELECT * FROM x
ERROR 42P19: recursive reference to query "x" must not appear within an outer join

> WITH RECURSIVE y(a) AS (SELECT 1), x(n) AS (SELECT 1 UNION ALL SELECT x.n + 1 FROM x LEFT JOIN y ON x.n = y.a WHERE n < 4) SELECT * FROM x
n
1
2
3
4

> WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM (SELECT * FROM x WHERE n < 3) AS inside) SELECT * FROM x
n
1
2
3

