# ALTER TABLE in its forms; rows that are there follow.

> CREATE TABLE alt (id int PRIMARY KEY, name text, qty int DEFAULT 1)
OK 0

> INSERT INTO alt VALUES (1, 'one', 10), (2, 'two', NULL)
OK 2

> ALTER TABLE alt ADD COLUMN price numeric(8,2) NOT NULL DEFAULT 9.5
OK 0

> SELECT * FROM alt ORDER BY id
id|name|qty|price
1|one|10|9.50
2|two|\N|9.50

> ALTER TABLE alt ADD COLUMN needed int NOT NULL
ERROR 23502: column "needed" of relation "alt" contains null values

> ALTER TABLE alt ADD COLUMN name int
ERROR 42701: column "name" of relation "alt" already exists

> ALTER TABLE alt ADD COLUMN IF NOT EXISTS name int
OK 0

> ALTER TABLE alt ADD COLUMN positive int CHECK (positive > 0)
OK 0

> INSERT INTO alt (id, positive) VALUES (3, -1)
ERROR 23514: new row for relation "alt" violates check constraint "alt_positive_check"

> ALTER TABLE alt RENAME COLUMN name TO title
OK 0

> ALTER TABLE alt RENAME title TO label
OK 0

> ALTER TABLE alt RENAME COLUMN nope TO x
ERROR 42703: column "nope" does not exist

> ALTER TABLE alt RENAME COLUMN label TO qty
ERROR 42701: column "qty" of relation "alt" already exists

> SELECT label FROM alt ORDER BY id
label
one
two

> ALTER TABLE alt ALTER COLUMN qty TYPE text
OK 0

> SELECT qty || '!' FROM alt ORDER BY id
?column?
10!
\N

> ALTER TABLE alt ALTER COLUMN qty TYPE int
ERROR 42804: column "qty" cannot be cast automatically to type integer

> ALTER TABLE alt ALTER COLUMN qty DROP DEFAULT
OK 0

> ALTER TABLE alt ALTER COLUMN qty TYPE int USING qty::int * 2
OK 0

> SELECT id, qty FROM alt ORDER BY id
id|qty
1|20
2|\N

> ALTER TABLE alt ALTER COLUMN qty SET NOT NULL
ERROR 23502: column "qty" of relation "alt" contains null values

> UPDATE alt SET qty = 0 WHERE qty IS NULL
OK 1

> ALTER TABLE alt ALTER COLUMN qty SET NOT NULL
OK 0

> INSERT INTO alt (id, qty) VALUES (4, NULL)
ERROR 23502: null value in column "qty" of relation "alt" violates not-null constraint

> ALTER TABLE alt ALTER qty DROP NOT NULL, ALTER qty SET DEFAULT 7
OK 0

> INSERT INTO alt (id) VALUES (4) RETURNING qty
qty
7

> ALTER TABLE alt ADD CONSTRAINT qty_small CHECK (qty < 100)
OK 0

> ALTER TABLE alt ADD CONSTRAINT qty_tiny CHECK (qty < 5)
ERROR 23514: check constraint "qty_tiny" of relation "alt" is violated by some row

> INSERT INTO alt (id, qty) VALUES (5, 100)
ERROR 23514: new row for relation "alt" violates check constraint "qty_small"

> ALTER TABLE alt RENAME CONSTRAINT qty_small TO qty_limit
OK 0

> INSERT INTO alt (id, qty) VALUES (5, 100)
ERROR 23514: new row for relation "alt" violates check constraint "qty_limit"

> ALTER TABLE alt DROP CONSTRAINT qty_small
ERROR 42704: constraint "qty_small" of relation "alt" does not exist

> ALTER TABLE alt DROP CONSTRAINT IF EXISTS qty_small
OK 0

> ALTER TABLE alt DROP CONSTRAINT qty_limit
OK 0

> INSERT INTO alt (id, qty) VALUES (5, 100)
OK 1

> ALTER TABLE alt ADD UNIQUE (label)
OK 0

> INSERT INTO alt (id, label) VALUES (6, 'one')
ERROR 23505: duplicate key value violates unique constraint "alt_label_key"

> ALTER TABLE alt DROP COLUMN price
OK 0

> ALTER TABLE alt DROP COLUMN price
ERROR 42703: column "price" of relation "alt" does not exist

> ALTER TABLE alt DROP COLUMN IF EXISTS price
OK 0

> SELECT * FROM alt ORDER BY id
id|label|qty|positive
1|one|20|\N
2|two|0|\N
4|\N|7|\N
5|\N|100|\N

> ALTER TABLE alt DROP CONSTRAINT alt_pkey
OK 0

> INSERT INTO alt (id) VALUES (1)
OK 1

> SELECT count(*) FROM alt WHERE id = 1
count
2

> ALTER TABLE alt RENAME TO alter2
OK 0

> SELECT count(*) FROM alt
ERROR 42P01: relation "alt" does not exist

> SELECT count(*) FROM alter2
count
5

> ALTER TABLE alter2 RENAME TO alter2
ERROR 42P07: relation "alter2" already exists

> ALTER TABLE nope RENAME TO alter3
ERROR 42P01: relation "nope" does not exist

> ALTER TABLE IF EXISTS nope RENAME TO alter3
OK 0

> CREATE SCHEMA other
OK 0

> ALTER TABLE alter2 SET SCHEMA other
OK 0

> SELECT count(*) FROM alter2
ERROR 42P01: relation "alter2" does not exist

> SELECT count(*) FROM other.alter2
count
5

> ALTER TABLE other.alter2 SET SCHEMA nowhere
ERROR 3F000: schema "nowhere" does not exist

> DROP SCHEMA other
ERROR 2BP01: cannot drop schema other because other objects depend on it

> DROP SCHEMA other CASCADE
OK 0

> SELECT count(*) FROM other.alter2
ERROR 42P01: relation "other.alter2" does not exist

> BEGIN
OK 0

> CREATE TABLE undone (a int, b int)
OK 0

> INSERT INTO undone VALUES (1, 2)
OK 1

> ALTER TABLE undone DROP COLUMN a
OK 0

> SELECT * FROM undone
b
2

> ROLLBACK
OK 0

> SELECT * FROM undone
ERROR 42P01: relation "undone" does not exist

> CREATE TABLE parent (a int PRIMARY KEY, b text)
OK 0

> CREATE TABLE child (a int REFERENCES parent, c int)
OK 0

> INSERT INTO parent VALUES (1, 'x')
OK 1

> INSERT INTO child VALUES (1, 1)
OK 1

> ALTER TABLE parent DROP COLUMN a
ERROR 2BP01: cannot drop column a of table parent because other objects depend on it

> ALTER TABLE parent RENAME COLUMN a TO key
OK 0

> INSERT INTO child VALUES (2, 1)
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_a_fkey"

> ALTER TABLE parent DROP COLUMN key CASCADE
OK 0

> INSERT INTO child VALUES (2, 1)
OK 1

> SELECT * FROM parent
b
x

> CREATE TABLE ident (a int)
OK 0

> ALTER TABLE ident ALTER a ADD GENERATED BY DEFAULT AS IDENTITY
ERROR 55000: column "a" of relation "ident" must be declared NOT NULL before identity can be added

> ALTER TABLE ident ALTER a SET NOT NULL
OK 0

> ALTER TABLE ident ALTER a ADD GENERATED BY DEFAULT AS IDENTITY
OK 0

> INSERT INTO ident DEFAULT VALUES RETURNING a
a
1

> ALTER TABLE ident ADD COLUMN s serial
OK 0

> SELECT * FROM ident
a|s
1|1

