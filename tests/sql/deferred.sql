-- Constraints checked later than with their statement.

> CREATE TABLE parent (id int PRIMARY KEY)
OK 0

> CREATE TABLE child (id int PRIMARY KEY, parent int CONSTRAINT child_parent REFERENCES parent DEFERRABLE INITIALLY DEFERRED)
OK 0

> CREATE TABLE other (id int, parent int, CONSTRAINT other_parent FOREIGN KEY (parent) REFERENCES parent (id) DEFERRABLE)
OK 0

> INSERT INTO child VALUES (1, 1)
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent"

> BEGIN
OK 0

> INSERT INTO child VALUES (1, 1)
OK 1

> INSERT INTO parent VALUES (1)
OK 1

> COMMIT
OK 0

> BEGIN
OK 0

> INSERT INTO child VALUES (2, 2)
OK 1

> COMMIT
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent"

> SELECT * FROM child
id|parent
1|1

> BEGIN
OK 0

> INSERT INTO child VALUES (2, 2)
OK 1

> DELETE FROM child WHERE id = 2
OK 1

> COMMIT
OK 0

> BEGIN
OK 0

> DELETE FROM parent
OK 1

> SELECT count(*) FROM parent
count
0

> COMMIT
ERROR 23503: update or delete on table "parent" violates foreign key constraint "child_parent" on table "child"

> BEGIN
OK 0

> DELETE FROM parent
OK 1

> INSERT INTO parent VALUES (1)
OK 1

> COMMIT
OK 0

> BEGIN
OK 0

> INSERT INTO child VALUES (3, 3)
OK 1

> SET CONSTRAINTS child_parent IMMEDIATE
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent"

> ROLLBACK
OK 0

> BEGIN
OK 0

> SET CONSTRAINTS ALL IMMEDIATE
OK 0

> INSERT INTO child VALUES (3, 3)
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent"

> ROLLBACK
OK 0

> BEGIN
OK 0

> INSERT INTO other VALUES (1, 9)
ERROR 23503: insert or update on table "other" violates foreign key constraint "other_parent"

> ROLLBACK
OK 0

> BEGIN
OK 0

> SET CONSTRAINTS other_parent DEFERRED
OK 0

> INSERT INTO other VALUES (1, 9)
OK 1

> SET CONSTRAINTS child_parent IMMEDIATE
OK 0

> INSERT INTO parent VALUES (9)
OK 1

> SET CONSTRAINTS ALL IMMEDIATE
OK 0

> COMMIT
OK 0

> SELECT * FROM other
id|parent
1|9

> BEGIN
OK 0

> SAVEPOINT a
OK 0

> INSERT INTO child VALUES (5, 5)
OK 1

> ROLLBACK TO a
OK 0

> COMMIT
OK 0

> BEGIN
OK 0

> INSERT INTO child VALUES (5, 5)
OK 1

> SAVEPOINT a
OK 0

> INSERT INTO parent VALUES (5)
OK 1

> ROLLBACK TO a
OK 0

> COMMIT
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_parent"

> SET CONSTRAINTS nothing DEFERRED
ERROR 42704: constraint "nothing" does not exist

> SET CONSTRAINTS parent_pkey DEFERRED
ERROR 42809: constraint "parent_pkey" is not deferrable

> CREATE TABLE seats (id int PRIMARY KEY DEFERRABLE, place int UNIQUE DEFERRABLE INITIALLY DEFERRED, row int, UNIQUE (row, place) DEFERRABLE)
OK 0

> INSERT INTO seats VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1)
OK 3

> UPDATE seats SET id = id + 1
OK 3

> UPDATE seats SET place = place - 1
OK 3

> SELECT * FROM seats ORDER BY id
id|place|row
2|0|1
3|1|1
4|2|1

> UPDATE seats SET id = 2 WHERE id = 3
ERROR 23505: duplicate key value violates unique constraint "seats_pkey"

> INSERT INTO seats VALUES (9, 0, 5)
ERROR 23505: duplicate key value violates unique constraint "seats_place_key"

> BEGIN
OK 0

> UPDATE seats SET place = 1 WHERE id = 2
ERROR 23505: duplicate key value violates unique constraint "seats_row_place_key"

> SELECT id, place FROM seats WHERE place = 1 ORDER BY id
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> UPDATE seats SET place = 0 WHERE id = 3
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> COMMIT
OK 0

> SELECT id, place FROM seats ORDER BY id
id|place
2|0
3|1
4|2

> BEGIN
OK 0

> UPDATE seats SET place = 2
ERROR 23505: duplicate key value violates unique constraint "seats_row_place_key"

> COMMIT
OK 0

> BEGIN
OK 0

> UPDATE seats SET place = 2
ERROR 23505: duplicate key value violates unique constraint "seats_row_place_key"

> SET CONSTRAINTS seats_place_key IMMEDIATE
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK
OK 0

> INSERT INTO seats VALUES (4, 7, 7) ON CONFLICT (id) DO NOTHING
ERROR 55000: ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters

> INSERT INTO seats VALUES (4, 7, 7) ON CONFLICT DO NOTHING
ERROR 55000: ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters

> INSERT INTO seats VALUES (4, 7, 7) ON CONFLICT ON CONSTRAINT seats_pkey DO NOTHING
ERROR 55000: ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters

> CREATE TABLE refers (id int REFERENCES seats)
ERROR 55000: cannot use a deferrable primary key for referenced table "seats"

> SELECT place, count(*) FROM seats GROUP BY id
ERROR 42803: column "seats.place" must appear in the GROUP BY clause or be used in an aggregate function

> INSERT INTO seats VALUES (NULL, 1, 1)
ERROR 23502: null value in column "id" of relation "seats" violates not-null constraint

> INSERT INTO seats VALUES (20, NULL, NULL), (21, NULL, NULL)
OK 2

> CREATE TABLE numbers (n int)
OK 0

> INSERT INTO numbers SELECT generate_series(1, 10)
OK 10

> ALTER TABLE numbers ADD CONSTRAINT numbers_key UNIQUE (n) DEFERRABLE INITIALLY IMMEDIATE
OK 0

> UPDATE numbers SET n = n + 1
OK 10

> INSERT INTO numbers VALUES (5)
ERROR 23505: duplicate key value violates unique constraint "numbers_key"

> ALTER TABLE numbers ADD FOREIGN KEY (n) REFERENCES parent NOT DEFERRABLE INITIALLY DEFERRED
ERROR 42601: constraint declared INITIALLY DEFERRED must be DEFERRABLE

> CREATE TABLE refers (id int REFERENCES seats (id))
ERROR 55000: cannot use a deferrable unique constraint for referenced table "seats"

> SELECT conname, condeferrable, condeferred FROM pg_constraint WHERE conname IN ('child_parent', 'other_parent', 'seats_pkey', 'seats_place_key', 'parent_pkey') ORDER BY 1
conname|condeferrable|condeferred
child_parent|t|t
other_parent|t|f
parent_pkey|f|f
seats_pkey|t|f
seats_place_key|t|t

> DROP TABLE child, other, parent, seats, numbers
OK 0

