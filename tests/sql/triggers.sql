-- Row triggers with functions in PL/pgSQL.

> CREATE TABLE stock (id int PRIMARY KEY, name text, n int CHECK (n >= 0), changed int DEFAULT 0, twice int GENERATED ALWAYS AS (n * 2) STORED)
OK 0

> CREATE TABLE log (at serial, what text, id int, before int, after int)
OK 0

> CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); NEW.changed = OLD.changed + 1; RETURN NEW; END; $$
OK 0

> CREATE FUNCTION touch_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$
OK 0

> CREATE TRIGGER touch_insert BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION touch_new()
OK 0

> CREATE TRIGGER touch_update BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION touch()
OK 0

> INSERT INTO stock (id, name, n) VALUES (1, 'nuts', 10), (2, 'bolts', 20) RETURNING *
id|name|n|changed|twice
1|NUTS|10|0|20
2|BOLTS|20|0|40

> UPDATE stock SET n = n + 1, name = 'Nuts' WHERE id = 1 RETURNING *
id|name|n|changed|twice
1|NUTS|11|1|22

> CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
ERROR 42601: unterminated dollar-quoted string at or near "$$"

> CREATE TRIGGER noted AFTER INSERT OR UPDATE OF n OR DELETE ON stock FOR EACH ROW EXECUTE FUNCTION note()
ERROR 42883: function note() does not exist

> INSERT INTO stock (id, name, n) SELECT 3, 'nails', 30
OK 1

> UPDATE stock SET n = n * 2 WHERE id > 1
OK 2

> UPDATE stock SET name = 'other' WHERE id = 1
OK 1

> DELETE FROM stock WHERE id = 3
OK 1

> SELECT * FROM log ORDER BY at
at|what|id|before|after

> SELECT * FROM stock ORDER BY id
id|name|n|changed|twice
1|OTHER|11|2|22
2|BOLTS|40|1|80

> CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$
ERROR 42601: unterminated dollar-quoted string at or near "$$"

> CREATE TRIGGER guarded BEFORE INSERT OR UPDATE ON stock FOR EACH ROW WHEN (NEW.n > 50) EXECUTE FUNCTION guard()
ERROR 42883: function guard() does not exist

> UPDATE stock SET n = 101 WHERE id = 1
OK 1

> INSERT INTO stock (id, name, n) VALUES (4, 'x', 99), (5, 'y', 60)
OK 2

> UPDATE stock SET n = 99 WHERE id = 5
OK 1

> SELECT id, name, n, twice FROM stock ORDER BY id
id|name|n|twice
1|OTHER|101|202
2|BOLTS|40|80
4|X|99|198
5|Y|99|198

> INSERT INTO stock (id, name, n) VALUES (6, 'z', -1)
ERROR 23514: new row for relation "stock" violates check constraint "stock_n_check"

> INSERT INTO stock (id, name, n) VALUES (5, 'conflict', 70) ON CONFLICT (id) DO UPDATE SET n = 71
OK 1

> SELECT id, name, n, changed FROM stock WHERE id = 5
id|name|n|changed
5|Y|71|2

> CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id = 1 THEN RETURN NULL; END IF; RETURN OLD; END $$
OK 0

> CREATE TRIGGER kept BEFORE DELETE ON stock FOR EACH ROW EXECUTE FUNCTION keep()
OK 0

> DELETE FROM stock WHERE id IN (1, 2) RETURNING id
id
2

> SELECT id FROM stock ORDER BY id
id
1
4
5

> MERGE INTO stock USING (VALUES (1, 5), (9, 6)) v(id, n) ON stock.id = v.id WHEN MATCHED THEN UPDATE SET n = v.n WHEN NOT MATCHED THEN INSERT (id, name, n) VALUES (v.id, 'merged', v.n)
OK 2

> SELECT what, id, before, after FROM log WHERE at > 6 ORDER BY at
what|id|before|after

> DROP TRIGGER noted ON stock
ERROR 42704: trigger "noted" for table "stock" does not exist

> DROP TRIGGER noted ON stock
ERROR 42704: trigger "noted" for table "stock" does not exist

> DROP TRIGGER IF EXISTS noted ON stock
OK 0

> CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
ERROR 42601: unterminated dollar-quoted string at or near "$$"

> CREATE TRIGGER counted BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION count_rows('5', two)
ERROR 42883: function count_rows() does not exist

> INSERT INTO stock (id, n) VALUES (20, 1), (21, 2) RETURNING id, name
id|name
20|\N
21|\N

> CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 1; END $$
OK 0

> CREATE TABLE t (a int, b text)
OK 0

> CREATE TRIGGER lost BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION lost()
OK 0

> INSERT INTO t VALUES (1)
ERROR 42703: record "new" has no field "n"

> DROP TRIGGER lost ON t
OK 0

> CREATE FUNCTION copy_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.* IS DISTINCT FROM OLD.* THEN INSERT INTO t VALUES (NEW.*); END IF; RETURN NEW; END $$
OK 0

> CREATE TABLE source (a int, b text)
OK 0

> CREATE TRIGGER copied AFTER UPDATE ON source FOR EACH ROW EXECUTE FUNCTION copy_row()
OK 0

> INSERT INTO source VALUES (1, 'one'), (2, 'two')
OK 2

> UPDATE source SET b = CASE a WHEN 1 THEN 'uno' ELSE b END
OK 2

> SELECT * FROM t
a|b
1|uno

> CREATE FUNCTION self() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a < 5 THEN INSERT INTO t VALUES (NEW.a + 1, 'more'); END IF; RETURN NULL; END $$
OK 0

> CREATE TRIGGER self AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION self()
OK 0

> INSERT INTO t VALUES (3, 'first')
OK 1

> SELECT * FROM t ORDER BY a, b
a|b
1|uno
3|first
4|more
5|more

> CREATE TRIGGER self AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION self()
ERROR 42710: trigger "self" for relation "t" already exists

> CREATE TRIGGER nowhere AFTER INSERT ON missing FOR EACH ROW EXECUTE FUNCTION self()
ERROR 42P01: relation "missing" does not exist

> CREATE TRIGGER nothing AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION nothing()
ERROR 42883: function nothing() does not exist

> CREATE TRIGGER wrong BEFORE UPDATE OF z ON t FOR EACH ROW EXECUTE FUNCTION self()
ERROR 42703: column "z" of relation "t" does not exist

> CREATE TRIGGER wrong BEFORE INSERT ON t FOR EACH ROW WHEN (OLD.a > 1) EXECUTE FUNCTION self()
ERROR 42P17: INSERT trigger's WHEN condition cannot reference OLD values

> CREATE FUNCTION wrong() RETURNS trigger LANGUAGE SQL AS 'SELECT 1'
ERROR 42P13: SQL functions cannot return type trigger

> CREATE FUNCTION wrong(a int) RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
ERROR 42P13: trigger functions cannot have declared arguments

> DROP FUNCTION self()
ERROR 2BP01: cannot drop function self() because other objects depend on it

> DROP FUNCTION self() CASCADE
OK 0

> INSERT INTO t VALUES (4, 'quiet')
OK 1

> SELECT count(*) FROM t WHERE a = 5
count
1

> CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE source SET b = 'undone' WHERE a = NEW.a; RETURN NEW; END $$
OK 0

> CREATE TRIGGER undone BEFORE UPDATE ON source FOR EACH ROW WHEN (NEW.b = 'fight') EXECUTE FUNCTION undo()
OK 0

> UPDATE source SET b = 'fight' WHERE a = 1
ERROR 27000: tuple to be updated was already modified by an operation triggered by the current command

> BEGIN
OK 0

> CREATE TRIGGER kept BEFORE INSERT ON source FOR EACH ROW EXECUTE FUNCTION keep()
OK 0

> ROLLBACK
OK 0

> INSERT INTO source VALUES (7, 'seven')
OK 1

> ALTER TABLE source ADD COLUMN c int DEFAULT 3
OK 0

> SELECT count(*) FROM source
count
3

> DROP TABLE stock, log, t, source
OK 0

