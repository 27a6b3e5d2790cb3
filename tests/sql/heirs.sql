> CREATE TABLE par (i int NOT NULL, t text DEFAULT 'none', CONSTRAINT pos CHECK (i > 0))
OK 0

> CREATE TABLE chi (x int) INHERITS (par)
OK 0

> CREATE TABLE oth (t text, y int)
OK 0

> CREATE TABLE both_of (z int, y int) INHERITS (chi, oth)
OK 0

> INSERT INTO par VALUES (1, 'p')
OK 1

> INSERT INTO chi VALUES (2, 'c', 3)
OK 1

> INSERT INTO both_of (i, x, y, z) VALUES (3, 4, 5, 6)
OK 1

> INSERT INTO chi VALUES (-1)
ERROR 23514: new row for relation "chi" violates check constraint "pos"

> INSERT INTO chi (t) VALUES ('no i')
ERROR 23502: null value in column "i" of relation "chi" violates not-null constraint

> SELECT tableoid::regclass, * FROM par
tableoid|i|t
par|1|p
chi|2|c
both_of|3|none

> SELECT * FROM ONLY par
i|t
1|p

> SELECT * FROM both_of
i|t|x|y|z
3|none|4|5|6

> UPDATE par SET t = t || '!' WHERE i > 1 RETURNING i, t
i|t
2|c!
3|none!

> SELECT * FROM chi
i|t|x
2|c!|3
3|none!|4

> UPDATE ONLY chi SET x = 33
OK 1

> DELETE FROM par WHERE i = 3
OK 1

> SELECT * FROM both_of
i|t|x|y|z

> ALTER TABLE par ADD COLUMN n int DEFAULT 5
OK 0

> SELECT * FROM chi
i|t|x|n
2|c!|33|5

> SELECT n, count(*) FROM par GROUP BY n
n|count
5|2

> ALTER TABLE chi DROP COLUMN n
ERROR 42P16: cannot drop inherited column "n"

> ALTER TABLE chi DROP CONSTRAINT pos
ERROR 42P16: cannot drop inherited constraint "pos" of relation "chi"

> ALTER TABLE par DROP CONSTRAINT pos
OK 0

> INSERT INTO chi VALUES (-1)
OK 1

> ALTER TABLE par RENAME COLUMN i TO id
OK 0

> SELECT id FROM chi ORDER BY id
id
-1
2

> TRUNCATE ONLY par
OK 0

> SELECT count(*) FROM par
count
2

> CREATE TABLE late (id int NOT NULL, t text, n int, more int)
OK 0

> ALTER TABLE late INHERIT par
OK 0

> INSERT INTO late VALUES (9, 'l', 1, 1)
OK 1

> SELECT max(id) FROM par
max
9

> ALTER TABLE late NO INHERIT par
OK 0

> SELECT max(id) FROM par
max
2

> ALTER TABLE oth INHERIT par
ERROR 42804: child table is missing column "id"

> ALTER TABLE par INHERIT chi
ERROR 42P07: circular inheritance not allowed

# The message is the one of ATTACH.
! CREATE TABLE wrong (id text) INHERITS (par)
ERROR 42804: child table "wrong" has different type for column "id"

> CREATE TABLE wrong () INHERITS (par, par)
ERROR 42P07: relation "par" would be inherited from more than once

> SELECT j.id, p.id FROM par p JOIN chi j ON p.id = j.id ORDER BY 1
id|id
-1|-1
2|2

> DROP TABLE par
ERROR 2BP01: cannot drop table par because other objects depend on it

> DROP TABLE par CASCADE
OK 0

> SELECT * FROM chi
ERROR 42P01: relation "chi" does not exist

> SELECT 'late'::regclass, 'late'::regclass::text, to_regclass('gone'), 'public.late'::regclass = 'LATE'::regclass
regclass|text|to_regclass|?column?
late|late|\N|t

> SELECT 'gone'::regclass
ERROR 42P01: relation "gone" does not exist

