> CREATE TABLE parent (id int PRIMARY KEY, code text UNIQUE)
OK 0

> CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent, code text REFERENCES parent (code))
OK 0

> INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c')
OK 3

> INSERT INTO child VALUES (1, 1, 'a'), (2, NULL, NULL), (3, 2, NULL)
OK 3

> INSERT INTO child VALUES (4, 9, NULL)
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent_id_fkey"

> INSERT INTO child VALUES (4, 1, 'nope')
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_code_fkey"

> UPDATE child SET parent_id = 77 WHERE id = 1
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent_id_fkey"

> DELETE FROM parent WHERE id = 1
ERROR 23503: update or delete on table "parent" violates foreign key constraint "child_parent_id_fkey" on table "child"

> DELETE FROM parent WHERE id = 3
OK 1

> UPDATE parent SET id = 20 WHERE id = 2
ERROR 23503: update or delete on table "parent" violates foreign key constraint "child_parent_id_fkey" on table "child"

> UPDATE parent SET code = 'z' WHERE id = 1
ERROR 23503: update or delete on table "parent" violates foreign key constraint "child_code_fkey" on table "child"

> UPDATE parent SET code = 'bb' WHERE id = 2
OK 1

> SELECT * FROM parent ORDER BY id
id|code
1|a
2|bb

> DROP TABLE parent
ERROR 2BP01: cannot drop table parent because other objects depend on it

> CREATE TABLE cas (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)
OK 0

> CREATE TABLE nul (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE SET NULL ON UPDATE SET NULL)
OK 0

> CREATE TABLE def (id int PRIMARY KEY, parent_id int DEFAULT 1 REFERENCES parent ON DELETE SET DEFAULT)
OK 0

> CREATE TABLE res (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE RESTRICT)
OK 0

> INSERT INTO parent VALUES (50, 'x'), (51, 'y'), (52, 'z')
OK 3

> INSERT INTO cas VALUES (1, 50), (2, 50), (3, 51)
OK 3

> INSERT INTO nul VALUES (1, 50), (2, 51)
OK 2

> INSERT INTO def VALUES (1, 50)
OK 1

> INSERT INTO res VALUES (1, 52)
OK 1

> DELETE FROM parent WHERE id = 50
OK 1

> SELECT * FROM cas ORDER BY id
id|parent_id
3|51

> SELECT * FROM nul ORDER BY id
id|parent_id
1|\N
2|51

> SELECT * FROM def ORDER BY id
id|parent_id
1|1

> DELETE FROM parent WHERE id = 52
ERROR 23503: update or delete on table "parent" violates foreign key constraint "res_parent_id_fkey" on table "res"

> UPDATE parent SET id = 500 WHERE id = 51
OK 1

> SELECT * FROM cas ORDER BY id
id|parent_id
3|500

> SELECT * FROM nul ORDER BY id
id|parent_id
1|\N
2|\N

> CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE, name text)
OK 0

> INSERT INTO tree VALUES (1, NULL, 'root'), (2, 1, 'left'), (3, 1, 'right'), (4, 2, 'leaf')
OK 4

> INSERT INTO tree VALUES (6, 5, 'early'), (5, 1, 'late')
OK 2

> INSERT INTO tree VALUES (7, 8, 'orphan')
ERROR 23503: insert or update on table "tree" violates foreign key constraint "tree_up_fkey"

> DELETE FROM tree WHERE id = 2
OK 1

> SELECT id FROM tree ORDER BY id
id
1
3
5
6

> DELETE FROM tree WHERE id = 1
OK 1

> SELECT count(*) FROM tree
count
0

> CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b))
OK 0

> CREATE TABLE ref (x int, y int, FOREIGN KEY (x, y) REFERENCES pair)
OK 0

> INSERT INTO pair VALUES (1, 1), (1, 2)
OK 2

> INSERT INTO ref VALUES (1, 1), (NULL, 5), (1, NULL)
OK 3

> INSERT INTO ref VALUES (2, 1)
ERROR 23503: insert or update on table "ref" violates foreign key constraint "ref_x_y_fkey"

> DELETE FROM pair WHERE b = 1
ERROR 23503: update or delete on table "pair" violates foreign key constraint "ref_x_y_fkey" on table "ref"

> CREATE TABLE full_ref (x int, y int, FOREIGN KEY (x, y) REFERENCES pair MATCH FULL)
OK 0

> INSERT INTO full_ref VALUES (1, NULL)
ERROR 23503: insert or update on table "full_ref" violates foreign key constraint "full_ref_x_y_fkey"

> INSERT INTO full_ref VALUES (NULL, NULL), (1, 2)
OK 2

> CREATE TABLE bad (x int REFERENCES nosuch)
ERROR 42P01: relation "nosuch" does not exist

> CREATE TABLE bad (x int REFERENCES parent (nosuch))
ERROR 42703: column "nosuch" referenced in foreign key constraint does not exist

> CREATE TABLE bad (x text REFERENCES parent (id))
ERROR 42804: foreign key constraint "bad_x_fkey" cannot be implemented

> CREATE TABLE bad (x int REFERENCES child (parent_id))
ERROR 42830: there is no unique constraint matching given keys for referenced table "child"

> CREATE TABLE late (id int PRIMARY KEY, p int)
OK 0

> INSERT INTO late VALUES (1, 12345)
OK 1

> ALTER TABLE late ADD CONSTRAINT late_p_fkey FOREIGN KEY (p) REFERENCES parent (id)
ERROR 23503: insert or update on table "late" violates foreign key constraint "late_p_fkey"

> UPDATE late SET p = 1
OK 1

> ALTER TABLE late ADD CONSTRAINT late_p_fkey FOREIGN KEY (p) REFERENCES parent (id)
OK 0

> DELETE FROM parent WHERE id = 1
ERROR 23503: update or delete on table "parent" violates foreign key constraint "child_parent_id_fkey" on table "child"

> DROP TABLE parent CASCADE
OK 0

> INSERT INTO late VALUES (2, 99999)
OK 1

> SELECT * FROM late ORDER BY id
id|p
1|1
2|99999

