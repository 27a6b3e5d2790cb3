-- MERGE: what matches is updated or deleted, what does not is inserted.

> CREATE TABLE stock (id int PRIMARY KEY, name text NOT NULL DEFAULT 'new', amount int CHECK (amount >= 0), doubled int GENERATED ALWAYS AS (amount * 2) STORED)
OK 0

> CREATE TABLE moves (id int, amount int)
OK 0

> INSERT INTO stock (id, name, amount) VALUES (1, 'nuts', 10), (2, 'bolts', 20), (3, 'nails', 30)
OK 3

> INSERT INTO moves VALUES (1, 5), (2, -20), (4, 40)
OK 3

> MERGE INTO stock s USING moves m ON s.id = m.id WHEN MATCHED AND s.amount + m.amount = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET amount = s.amount + m.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (m.id, m.amount)
OK 3

> SELECT * FROM stock ORDER BY id
id|name|amount|doubled
1|nuts|15|30
3|nails|30|60
4|new|40|80

> MERGE INTO stock USING (SELECT 1 AS id UNION ALL SELECT 9) AS s ON stock.id = s.id WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED AND s.id > 100 THEN INSERT VALUES (s.id) WHEN NOT MATCHED THEN DO NOTHING
OK 0

> MERGE INTO stock USING (VALUES (7, 'seven'), (8, 'eight')) AS v(id, name) ON stock.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.name, DEFAULT)
OK 2

> SELECT * FROM stock ORDER BY id
id|name|amount|doubled
1|nuts|15|30
3|nails|30|60
4|new|40|80
7|seven|\N|\N
8|eight|\N|\N

> MERGE INTO stock USING (VALUES (1), (1)) AS v(id) ON stock.id = v.id WHEN MATCHED THEN UPDATE SET amount = 0
ERROR 21000: MERGE command cannot affect row a second time

> MERGE INTO stock USING (VALUES (1), (1)) AS v(id) ON stock.id = v.id WHEN MATCHED THEN DELETE
ERROR 21000: MERGE command cannot affect row a second time

> MERGE INTO stock USING (VALUES (1), (1)) AS v(id) ON stock.id = v.id WHEN MATCHED THEN DO NOTHING
OK 0

> MERGE INTO stock USING (VALUES (10), (10)) AS v(id) ON stock.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id)
ERROR 23505: duplicate key value violates unique constraint "stock_pkey"

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN MATCHED THEN UPDATE SET amount = -1
ERROR 23514: new row for relation "stock" violates check constraint "stock_amount_check"

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN DO NOTHING
ERROR 42601: unreachable WHEN clause specified after unconditional WHEN clause

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN NOT MATCHED THEN INSERT (id, nothing) VALUES (1, 2)
ERROR 42703: column "nothing" of relation "stock" does not exist

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN NOT MATCHED THEN INSERT (id) VALUES (1, 2)
ERROR 42601: INSERT has more expressions than target columns

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN NOT MATCHED THEN INSERT (id, name) VALUES (1)
ERROR 42601: INSERT has more target columns than expressions

> MERGE INTO stock USING stock ON true WHEN MATCHED THEN DELETE
ERROR 42712: name "stock" specified more than once

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN NOT MATCHED THEN INSERT (id) VALUES (stock.id)
ERROR 42P01: invalid reference to FROM-clause entry for table "stock"

> MERGE INTO nowhere USING moves ON true WHEN MATCHED THEN DELETE
ERROR 42P01: relation "nowhere" does not exist

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN MATCHED AND moves.amount > (SELECT avg(amount) FROM moves) THEN UPDATE SET (name, amount) = (upper(stock.name), (SELECT max(amount) FROM stock)) WHEN MATCHED THEN UPDATE SET name = DEFAULT
OK 2

> SELECT * FROM stock ORDER BY id
id|name|amount|doubled
1|new|15|30
3|nails|30|60
4|NEW|40|80
7|seven|\N|\N
8|eight|\N|\N

> MERGE INTO stock AS a USING stock AS b ON a.id = b.id + 1 WHEN MATCHED THEN UPDATE SET amount = b.amount WHEN NOT MATCHED THEN INSERT VALUES (b.id + 1, 'next', b.amount)
OK 5

> SELECT * FROM stock ORDER BY id
id|name|amount|doubled
1|new|15|30
2|next|15|30
3|nails|30|60
4|NEW|30|60
5|next|40|80
7|seven|\N|\N
8|eight|\N|\N
9|next|\N|\N

> MERGE INTO stock USING moves ON stock.id = moves.id WHEN MATCHED THEN UPDATE SET doubled = 1
ERROR 428C9: column "doubled" can only be updated to DEFAULT

> CREATE TABLE orders (id int REFERENCES stock ON DELETE CASCADE, n int)
OK 0

> INSERT INTO orders VALUES (1, 1), (3, 2)
OK 2

> MERGE INTO orders USING (VALUES (99)) v(id) ON false WHEN NOT MATCHED THEN INSERT VALUES (v.id, 1)
ERROR 23503: insert or update on table "orders" violates foreign key constraint "orders_id_fkey"

> MERGE INTO stock USING (VALUES (3)) v(id) ON v.id = stock.id WHEN MATCHED THEN DELETE
OK 1

> SELECT * FROM orders
id|n
1|1

> DROP TABLE orders, stock, moves
OK 0

