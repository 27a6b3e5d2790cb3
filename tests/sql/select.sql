> CREATE TABLE city (id int PRIMARY KEY, name text NOT NULL, country text, population int)
OK 0

> INSERT INTO city VALUES (1, 'Oslo', 'NO', 700), (2, 'Bergen', 'NO', 290), (3, 'Lyon', 'FR', 520), (4, 'Paris', 'FR', 2100), (5, 'Rome', 'IT', 2800), (6, 'Atlantis', NULL, NULL)
OK 6

> SELECT * FROM city ORDER BY id
id|name|country|population
1|Oslo|NO|700
2|Bergen|NO|290
3|Lyon|FR|520
4|Paris|FR|2100
5|Rome|IT|2800
6|Atlantis|\N|\N

> SELECT name FROM city WHERE population > 500 ORDER BY name
name
Lyon
Oslo
Paris
Rome

> SELECT c.name AS n, c.population * 1000 AS p FROM city AS c WHERE c.country = 'NO' ORDER BY p DESC
n|p
Oslo|700000
Bergen|290000

> SELECT c.* FROM city c WHERE id = 3
id|name|country|population
3|Lyon|FR|520

> SELECT id, name FROM city WHERE id BETWEEN 2 AND 4 ORDER BY id DESC
id|name
4|Paris
3|Lyon
2|Bergen

> SELECT id FROM city WHERE id IN (1, 3, 99) ORDER BY 1
id
1
3

> SELECT id FROM city WHERE name LIKE '%o%' ORDER BY id
id
1
3
5

> SELECT id FROM city WHERE name ILIKE 'P%' OR country IS NULL ORDER BY id
id
4
6

> SELECT country, count(*), sum(population), avg(population), min(name), max(population) FROM city GROUP BY country ORDER BY country
country|count|sum|avg|min|max
FR|2|2620|1310.0000000000000000|Lyon|2100
IT|1|2800|2800.0000000000000000|Rome|2800
NO|2|990|495.0000000000000000|Bergen|700
\N|1|\N|\N|Atlantis|\N

> SELECT country, count(*) AS n FROM city GROUP BY country HAVING count(*) > 1 ORDER BY n DESC, country
country|n
FR|2
NO|2

> SELECT count(*) FROM city WHERE country = 'XX'
count
0

> SELECT sum(population) FROM city WHERE country = 'XX'
sum
\N

> SELECT country FROM city GROUP BY country ORDER BY count(*) DESC, country LIMIT 2
country
FR
NO

> SELECT DISTINCT country FROM city ORDER BY country
country
FR
IT
NO
\N

> SELECT DISTINCT country, population > 1000 AS big FROM city ORDER BY 1, 2
country|big
FR|f
FR|t
IT|t
NO|f
\N|\N

> SELECT name FROM city ORDER BY population DESC NULLS LAST LIMIT 2
name
Rome
Paris

> SELECT name FROM city ORDER BY id LIMIT 2 OFFSET 3
name
Paris
Rome

> SELECT name FROM city ORDER BY id OFFSET 4
name
Rome
Atlantis

> SELECT name FROM city ORDER BY id LIMIT 0
name

> SELECT name FROM city ORDER BY id LIMIT ALL
name
Oslo
Bergen
Lyon
Paris
Rome
Atlantis

> SELECT name FROM city ORDER BY id FETCH FIRST 2 ROWS ONLY
name
Oslo
Bergen

> SELECT name FROM city ORDER BY id LIMIT -1
ERROR 2201W: LIMIT must not be negative

> SELECT upper(country) AS c, length(name) FROM city ORDER BY length(name), name
c|length
FR|4
NO|4
IT|4
FR|5
NO|6
\N|8

> SELECT CASE WHEN population > 1000 THEN 'big' WHEN population > 400 THEN 'mid' ELSE 'small' END AS size, count(*) FROM city GROUP BY 1 ORDER BY 1
size|count
big|2
mid|2
small|2

> SELECT count(DISTINCT country), count(country), sum(DISTINCT population) FROM city
count|count|sum
3|5|6410

> SELECT count(*) FILTER (WHERE population > 500) FROM city
count
4

> SELECT bool_and(population > 100), bool_or(population > 2500), every(id > 0) FROM city
bool_and|bool_or|every
t|t|t

> SELECT stddev(population), variance(id), stddev_pop(id), var_samp(id) FROM city
stddev|variance|stddev_pop|var_samp
1104.182955854690|3.5000000000000000|1.7078251276599331|3.5000000000000000

> SELECT population / 100 AS bucket, count(*) FROM city GROUP BY population / 100 ORDER BY 1
bucket|count
2|1
5|1
7|1
21|1
28|1
\N|1

> SELECT name, population FROM city WHERE population = (SELECT max(population) FROM city)
name|population
Rome|2800

> SELECT name FROM city WHERE country IN (SELECT country FROM city GROUP BY country HAVING count(*) > 1) ORDER BY name
name
Bergen
Lyon
Oslo
Paris

> SELECT s.n FROM (SELECT name AS n, id FROM city WHERE id < 3) AS s ORDER BY s.id DESC
n
Bergen
Oslo

> SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y) ORDER BY x
x|y
1|a
2|b

> VALUES (1, 'one'), (2, 'two')
column1|column2
1|one
2|two

> SELECT name, id FROM city ORDER BY 3
ERROR 42P10: ORDER BY position 3 is not in select list

> SELECT name FROM city ORDER BY nosuch
ERROR 42703: column "nosuch" does not exist

> SELECT nosuch FROM city
ERROR 42703: column "nosuch" does not exist

> SELECT city.nosuch FROM city
ERROR 42703: column city.nosuch does not exist

> SELECT x.name FROM city
ERROR 42P01: missing FROM-clause entry for table "x"

> SELECT country, name FROM city GROUP BY country
ERROR 42803: column "city.name" must appear in the GROUP BY clause or be used in an aggregate function

> SELECT name FROM city HAVING count(*) > 1
ERROR 42803: column "city.name" must appear in the GROUP BY clause or be used in an aggregate function

> SELECT count(*) FROM city WHERE count(*) > 1
ERROR 42803: aggregate functions are not allowed in WHERE

> SELECT name FROM city WHERE population
ERROR 42804: argument of WHERE must be type boolean, not type integer

> SELECT sum(name) FROM city
ERROR 42883: function sum(text) does not exist

> SELECT id, name, country FROM city GROUP BY id ORDER BY id LIMIT 1
id|name|country
1|Oslo|NO

> SELECT * FROM city WHERE name = 1
ERROR 42883: operator does not exist: text = integer

> SELECT * FROM city WHERE id = 'abc'
ERROR 22P02: invalid input syntax for type integer: "abc"

> SELECT name FROM city LIMIT 'x'
ERROR 22P02: invalid input syntax for type bigint: "x"

> SELECT 1 AS a UNION SELECT 2 UNION SELECT 1 ORDER BY a
a
1
2

> SELECT 1 AS a UNION ALL SELECT 1 ORDER BY a
a
1
1

> SELECT country FROM city EXCEPT SELECT 'NO' ORDER BY country
country
FR
IT
\N

> SELECT country FROM city INTERSECT SELECT 'NO'
country
NO

> SELECT 1 UNION SELECT 'a'
ERROR 22P02: invalid input syntax for type integer: "a"

> SELECT 1, 2 UNION SELECT 1
ERROR 42601: each UNION query must have the same number of columns

> WITH big AS (SELECT * FROM city WHERE population > 1000) SELECT name FROM big ORDER BY name
name
Paris
Rome

> EXPLAIN SELECT nosuch FROM city
ERROR 42703: column "nosuch" does not exist

> SELECT name FROM city WHERE id = 1 AND id = 2
name

> SELECT name FROM city WHERE id > 2 AND id < 5 AND population IS NOT NULL ORDER BY name
name
Lyon
Paris

> SELECT name FROM city WHERE (country = 'NO' AND population < 500) OR (country = 'IT') ORDER BY name
name
Bergen
Rome

> SELECT id % 2 AS odd, count(*) FROM city GROUP BY odd ORDER BY odd
odd|count
0|3
1|3

> SELECT max(population) - min(population) AS spread FROM city
spread
2510

