# Domains.

> CREATE DOMAIN posint AS int CHECK (VALUE > 0)
OK 0

> SELECT 5::posint, CAST('7' AS posint) + 1
posint|?column?
5|8

> SELECT 0::posint
ERROR 23514: value for domain posint violates check constraint "posint_check"

> SELECT NULL::posint
posint
\N

> SELECT x::posint FROM (VALUES (1), (-1)) v(x)
ERROR 23514: value for domain posint violates check constraint "posint_check"

> CREATE DOMAIN posint AS text
ERROR 42710: type "posint" already exists

> CREATE DOMAIN bad AS nothing_known
ERROR 42704: type "nothing_known" does not exist

> CREATE DOMAIN bad AS int DEFAULT 'x'
ERROR 22P02: invalid input syntax for type integer: "x"

> CREATE DOMAIN bad AS int NOT NULL NULL
ERROR 42601: conflicting NULL/NOT NULL constraints

> CREATE DOMAIN zip AS text DEFAULT '00000' CONSTRAINT five CHECK (length(VALUE) = 5) NOT NULL
OK 0

> CREATE DOMAIN small AS posint CHECK (VALUE < 10)
OK 0

> SELECT 5::small
small
5

> SELECT 50::small
ERROR 23514: value for domain small violates check constraint "small_check"

> SELECT (-5)::small
ERROR 23514: value for domain small violates check constraint "posint_check"

> CREATE TABLE place (id int PRIMARY KEY, z zip, n small, p posint DEFAULT 3)
OK 0

> INSERT INTO place (id) VALUES (1)
OK 1

> INSERT INTO place VALUES (2, '12345', 4, 5)
OK 1

> INSERT INTO place VALUES (3, '1234', 4, 5)
ERROR 23514: value for domain zip violates check constraint "five"

> INSERT INTO place VALUES (3, NULL, 4, 5)
ERROR 23502: domain zip does not allow null values

> INSERT INTO place VALUES (3, '12345', 11, 5)
ERROR 23514: value for domain small violates check constraint "small_check"

> INSERT INTO place VALUES (3, '12345', -1, 5)
ERROR 23514: value for domain small violates check constraint "posint_check"

> INSERT INTO place SELECT 3, '54321', 9, 1
OK 1

> INSERT INTO place SELECT 4, '5432', 9, 1
ERROR 23514: value for domain zip violates check constraint "five"

> UPDATE place SET p = 0 WHERE id = 1
ERROR 23514: value for domain posint violates check constraint "posint_check"

> UPDATE place SET p = 10 WHERE id = 1
OK 1

> UPDATE place SET z = NULL
ERROR 23502: domain zip does not allow null values

> SELECT * FROM place ORDER BY id
id|z|n|p
1|00000|\N|10
2|12345|4|5
3|54321|9|1

> ALTER DOMAIN posint ADD CHECK (VALUE <> 10)
ERROR 23514: column "p" of table "place" contains values that violate the new constraint

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 100)
OK 0

> INSERT INTO place (id, p) VALUES (5, 100)
ERROR 23514: value for domain posint violates check constraint "below"

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 1000)
ERROR 42710: constraint "below" for domain "posint" already exists

> ALTER DOMAIN posint DROP CONSTRAINT nothing
ERROR 42704: constraint "nothing" of domain "posint" does not exist

> ALTER DOMAIN posint DROP CONSTRAINT IF EXISTS nothing
OK 0

> ALTER DOMAIN posint RENAME CONSTRAINT below TO under
OK 0

> ALTER DOMAIN posint DROP CONSTRAINT under
OK 0

> INSERT INTO place (id, p) VALUES (5, 100)
OK 1

> ALTER DOMAIN small SET NOT NULL
ERROR 23502: column "n" of table "place" contains null values

> ALTER DOMAIN posint SET DEFAULT 77
OK 0

> ALTER DOMAIN zip DROP NOT NULL
OK 0

> INSERT INTO place (id, z) VALUES (6, NULL)
OK 1

> ALTER DOMAIN zip SET NOT NULL
ERROR 23502: column "z" of table "place" contains null values

> CREATE TABLE other (p posint, s small)
OK 0

> INSERT INTO other DEFAULT VALUES
OK 1

> SELECT * FROM other
p|s
77|\N

> ALTER TABLE other ADD COLUMN more posint
OK 0

> ALTER TABLE other ADD COLUMN z zip DEFAULT '1'
ERROR 23514: value for domain zip violates check constraint "five"

> SELECT * FROM other
p|s|more
77|\N|77

> DROP DOMAIN posint
ERROR 2BP01: cannot drop type posint because other objects depend on it

> ALTER DOMAIN zip RENAME TO postcode
OK 0

> SELECT '12345'::postcode
postcode
12345

> SELECT '12345'::zip
ERROR 42704: type "zip" does not exist

> DROP TABLE other
OK 0

> DROP TABLE place
OK 0

> DROP DOMAIN small
OK 0

> DROP DOMAIN posint
OK 0

> DROP DOMAIN IF EXISTS posint
OK 0

> DROP DOMAIN posint
ERROR 42704: type "posint" does not exist

> ALTER DOMAIN int4 SET NOT NULL
ERROR 42809: integer is not a domain

> CREATE TYPE color AS ENUM ('red', 'green', 'blue')
OK 0

> CREATE DOMAIN warm AS color CHECK (VALUE IN ('red'))
OK 0

> SELECT 'red'::warm
warm
red

> SELECT 'blue'::warm
ERROR 23514: value for domain warm violates check constraint "warm_check"

> SELECT 'green'::color::warm
ERROR 23514: value for domain warm violates check constraint "warm_check"

> DROP TYPE color
ERROR 2BP01: cannot drop type color because other objects depend on it

