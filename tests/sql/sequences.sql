# Sequences, serial and identity.

> CREATE SEQUENCE s
OK 0

> SELECT nextval('s'), nextval('s')
nextval|nextval
1|2

> SELECT currval('s'), lastval()
currval|lastval
2|2

> SELECT setval('s', 10), nextval('s')
setval|nextval
10|11

> SELECT setval('s', 10, false)
setval
10

> SELECT nextval('s')
nextval
10

> CREATE SEQUENCE s
ERROR 42P07: relation "s" already exists

> CREATE SEQUENCE IF NOT EXISTS s
OK 0

> CREATE SEQUENCE down INCREMENT -1 MINVALUE -2 CYCLE
OK 0

> SELECT nextval('down'), nextval('down'), nextval('down')
nextval|nextval|nextval
-1|-2|-1

> CREATE SEQUENCE short MAXVALUE 2
OK 0

> SELECT nextval('short'), nextval('short')
nextval|nextval
1|2

> SELECT nextval('short')
ERROR 2200H: nextval: reached maximum value of sequence "short" (2)

> ALTER SEQUENCE short MAXVALUE 3 RESTART WITH 3
OK 0

> SELECT nextval('short')
nextval
3

> CREATE SEQUENCE bad INCREMENT 0
ERROR 22023: INCREMENT must not be zero

> CREATE SEQUENCE bad MINVALUE 5 MAXVALUE 4
ERROR 22023: MINVALUE (5) must be less than MAXVALUE (4)

> CREATE SEQUENCE bad AS text
ERROR 22023: sequence type must be smallint, integer, or bigint

> SELECT setval('short', 9)
ERROR 22003: setval: value 9 is out of bounds for sequence "short" (1..3)

> SELECT nextval('nope')
ERROR 42P01: relation "nope" does not exist

> SELECT currval('down') = -2
?column?
f

> CREATE TABLE owner (id serial PRIMARY KEY, v int)
OK 0

> INSERT INTO owner (v) VALUES (1), (2) RETURNING id
id
1
2

> SELECT nextval('owner_id_seq')
nextval
3

> SELECT currval('owner_id_seq')
currval
3

> DROP SEQUENCE owner_id_seq
ERROR 2BP01: cannot drop sequence owner_id_seq because other objects depend on it

> ALTER SEQUENCE s OWNED BY owner.v
OK 0

> DROP TABLE owner
OK 0

> SELECT nextval('s')
ERROR 42P01: relation "s" does not exist

> SELECT nextval('owner_id_seq')
ERROR 42P01: relation "owner_id_seq" does not exist

> CREATE TABLE ident (a int GENERATED ALWAYS AS IDENTITY, b text)
OK 0

> INSERT INTO ident (b) VALUES ('x') RETURNING a
a
1

> INSERT INTO ident VALUES (5, 'y')
ERROR 428C9: cannot insert a non-DEFAULT value into column "a"

> INSERT INTO ident OVERRIDING SYSTEM VALUE VALUES (5, 'y') RETURNING a
a
5

> ALTER SEQUENCE down RENAME TO downwards
OK 0

> SELECT nextval('downwards')
nextval
-2

> DROP SEQUENCE downwards, short
OK 0

> DROP SEQUENCE IF EXISTS downwards
OK 0

