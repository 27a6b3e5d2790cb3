-- CREATE FUNCTION .. LANGUAGE SQL.

> CREATE TABLE items (id int PRIMARY KEY, name text, price numeric(8,2), kind int)
OK 0

> INSERT INTO items SELECT i, 'item ' || i, i * 1.5, i % 3 FROM generate_series(1, 9) i
OK 9

> CREATE FUNCTION plus(a int, b int DEFAULT 10) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT a + b'
OK 0

> SELECT plus(1, 2), plus(5), plus(plus(1), plus(2, 3))
plus|plus|plus
3|15|16

> SELECT plus(NULL, 1) IS NULL AS n, plus('7', '8')
n|plus
t|15

> CREATE FUNCTION dollars(numeric, text) RETURNS text AS $$ SELECT $2 || ' ' || round($1, 1)::text; $$ LANGUAGE sql STABLE STRICT
OK 0

> SELECT dollars(2.345, 'x'), dollars(NULL, 'x'), dollars(1, 'y')
dollars|dollars|dollars
x 2.3|\N|y 1.0

> CREATE FUNCTION half(x double precision) RETURNS double precision RETURN x / 2
OK 0

> SELECT half(3), half(2.5::real)
half|half
1.5|1.25

> CREATE FUNCTION price_of(item int) RETURNS numeric LANGUAGE SQL AS 'SELECT price FROM items WHERE id = item'
OK 0

> SELECT price_of(2), price_of(99)
price_of|price_of
3.00|\N

> SELECT id, price_of(id) FROM items WHERE price_of(id) > 10 ORDER BY id
id|price_of
7|10.50
8|12.00
9|13.50

> CREATE FUNCTION name_like(pattern text) RETURNS SETOF text LANGUAGE SQL AS 'SELECT name FROM items WHERE name LIKE pattern ORDER BY id'
OK 0

> SELECT * FROM name_like('item %') LIMIT 2
name_like
item 1
item 2

> SELECT upper(n) FROM name_like('%9') AS n
upper
ITEM 9

> CREATE FUNCTION kinds(least_price numeric DEFAULT 0) RETURNS TABLE (kind int, total numeric, many bigint) LANGUAGE SQL AS $$ SELECT i.kind, sum(price), count(*) FROM items i WHERE price >= least_price GROUP BY i.kind ORDER BY 1 $$
OK 0

> SELECT * FROM kinds()
kind|total|many
0|27.00|3
1|18.00|3
2|22.50|3

> SELECT k.kind, total FROM kinds(6) k WHERE k.many > 1
kind|total
0|22.50
1|16.50
2|19.50

> SELECT i.id, k.total FROM items i, LATERAL kinds(i.price) k WHERE k.kind = i.kind AND i.id > 6 ORDER BY 1
id|total
7|10.50
8|12.00
9|13.50

> CREATE FUNCTION cheap(bound numeric) RETURNS SETOF items LANGUAGE SQL AS 'SELECT * FROM items WHERE price < bound'
OK 0

> SELECT id, name FROM cheap(5) ORDER BY id
id|name
1|item 1
2|item 2
3|item 3

> SELECT count(*) FROM cheap(5) c JOIN items USING (id)
count
3

> CREATE FUNCTION first_name() RETURNS text LANGUAGE SQL AS 'SELECT name FROM items ORDER BY id'
OK 0

> SELECT first_name()
first_name
item 1

> CREATE FUNCTION plus(a text, b text) RETURNS text LANGUAGE SQL AS 'SELECT a || ''+'' || b'
OK 0

> SELECT plus('a'::text, 'b'::text), plus(1, 2)
plus|plus
a+b|3

> CREATE FUNCTION twice(x int) RETURNS bigint LANGUAGE SQL AS 'SELECT plus(x, x)'
OK 0

> SELECT twice(21), pg_typeof(twice(1))
twice|pg_typeof
42|bigint

> CREATE OR REPLACE FUNCTION plus(a int, b int DEFAULT 10) RETURNS int LANGUAGE SQL AS 'SELECT a + b + 1000'
OK 0

> SELECT twice(21), plus(1)
twice|plus
1042|1011

> CREATE FUNCTION plus(a int, b int) RETURNS int LANGUAGE SQL AS 'SELECT 1'
ERROR 42723: function "plus" already exists with same argument types

> CREATE OR REPLACE FUNCTION plus(a int, b int) RETURNS text LANGUAGE SQL AS 'SELECT ''1'''
ERROR 42P13: cannot change return type of existing function

> CREATE FUNCTION wrong(a int) RETURNS int LANGUAGE SQL AS 'SELECT a, a'
ERROR 42P13: return type mismatch in function declared to return integer

> CREATE FUNCTION wrong(a int) RETURNS int LANGUAGE SQL AS 'SELECT true'
ERROR 42P13: return type mismatch in function declared to return integer

> CREATE FUNCTION wrong(a int) RETURNS int LANGUAGE SQL AS 'SELECT b'
ERROR 42703: column "b" does not exist

> CREATE FUNCTION wrong(a int) RETURNS int LANGUAGE SQL AS 'SELECT $2'
ERROR 42P02: there is no parameter $2

> CREATE FUNCTION wrong(a int DEFAULT 1, b int) RETURNS int LANGUAGE SQL AS 'SELECT 1'
ERROR 42P13: input parameters after one with a default value must also have defaults

> CREATE FUNCTION wrong() RETURNS int LANGUAGE cobol AS 'SELECT 1'
ERROR 42704: language "cobol" does not exist

> CREATE FUNCTION wrong() RETURNS int AS 'SELECT 1'
ERROR 42P13: no language specified

> SELECT plus(1, 2, 3)
ERROR 42883: function plus(integer, integer, integer) does not exist

> SELECT plus(true)
ERROR 42883: function plus(boolean) does not exist

> SELECT missing_function(1)
ERROR 42883: function missing_function(integer) does not exist

> CREATE FUNCTION nothing(a int) RETURNS void LANGUAGE SQL AS 'SELECT 1'
OK 0

> CREATE FUNCTION recursive_sum(n int) RETURNS int LANGUAGE SQL AS 'WITH RECURSIVE r(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM r WHERE k < n) SELECT sum(k)::int FROM r'
OK 0

> SELECT recursive_sum(10)
recursive_sum
55

> CREATE VIEW dear AS SELECT id, dollars(price, 'eur') AS shown FROM items WHERE price > 10
OK 0

> SELECT * FROM dear ORDER BY id
id|shown
7|eur 10.5
8|eur 12.0
9|eur 13.5

> CREATE TABLE checked (n int CHECK (plus(n, 0) > 1005), m int DEFAULT plus(1, 1))
OK 0

> INSERT INTO checked VALUES (6)
OK 1

> INSERT INTO checked VALUES (5)
ERROR 23514: new row for relation "checked" violates check constraint "checked_n_check"

> SELECT * FROM checked
n|m
6|1002

> DROP FUNCTION plus
ERROR 42725: function name "plus" is not unique

> DROP FUNCTION plus(text, text)
OK 0

> DROP FUNCTION plus(text, text)
ERROR 42883: function plus(text, text) does not exist

> DROP FUNCTION IF EXISTS plus(text, text), nowhere
OK 0

> DROP FUNCTION nowhere
ERROR 42883: could not find a function named "nowhere"

> DROP FUNCTION first_name, half(double precision)
OK 0

> SELECT half(1)
ERROR 42883: function half(integer) does not exist

> DROP VIEW dear
OK 0

> DROP TABLE checked
OK 0

> CREATE SCHEMA tools
OK 0

> CREATE FUNCTION tools.inc(i int) RETURNS int LANGUAGE SQL RETURN i + 1
OK 0

> SELECT tools.inc(1)
inc
2

> SELECT inc(1)
ERROR 42883: function inc(integer) does not exist

> SET search_path = tools, public
OK 0

> SELECT inc(1)
inc
2

> RESET search_path
OK 0

> DROP FUNCTION tools.inc(int)
OK 0

> CREATE FUNCTION clean(t text) RETURNS text LANGUAGE SQL IMMUTABLE AS 'SELECT lower(trim(t))'
OK 0

> CREATE UNIQUE INDEX ON items (clean(name))
OK 0

> INSERT INTO items VALUES (100, ' ITEM 1 ')
ERROR 23505: duplicate key value violates unique constraint "items_clean_idx"

> SELECT id FROM items WHERE clean(name) = 'item 3'
id
3

> BEGIN
OK 0

> CREATE FUNCTION gone() RETURNS int LANGUAGE SQL AS 'SELECT 1'
OK 0

> SELECT gone()
gone
1

> ROLLBACK
OK 0

> SELECT gone()
ERROR 42883: function gone() does not exist


> CREATE FUNCTION endless(n int) RETURNS int LANGUAGE SQL AS 'SELECT n'
OK 0

> CREATE OR REPLACE FUNCTION endless(n int) RETURNS int LANGUAGE SQL AS 'SELECT endless(n + 1) + 1'
OK 0

> SELECT endless(1)
ERROR 54001: stack depth limit exceeded

> DROP FUNCTION endless
OK 0

