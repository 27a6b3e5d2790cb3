# INSERT .. ON CONFLICT.

> CREATE TABLE c (id int PRIMARY KEY, email text UNIQUE, n int DEFAULT 0 CHECK (n < 100), a int, b int, UNIQUE (a, b))
OK 0

> INSERT INTO c VALUES (1, 'x', 1, 1, 1), (2, 'y', 2, 1, 2)
OK 2

> INSERT INTO c VALUES (1, 'z', 5, 9, 9) ON CONFLICT DO NOTHING
OK 0

> INSERT INTO c VALUES (3, 'x', 5, 9, 9) ON CONFLICT DO NOTHING RETURNING id
id

> INSERT INTO c VALUES (3, 'x', 5, 9, 9) ON CONFLICT (id) DO NOTHING
ERROR 23505: duplicate key value violates unique constraint "c_email_key"

> INSERT INTO c VALUES (1, 'x2', 5, 9, 9) ON CONFLICT (id) DO UPDATE SET email = excluded.email, n = c.n + excluded.n RETURNING *
id|email|n|a|b
1|x2|6|1|1

> INSERT INTO c VALUES (7, 'y', 50) ON CONFLICT (email) DO UPDATE SET n = excluded.n RETURNING id, n
id|n
2|50

> INSERT INTO c VALUES (7, 'y', 50) ON CONFLICT (email) DO UPDATE SET n = 1000
ERROR 23514: new row for relation "c" violates check constraint "c_n_check"

> INSERT INTO c VALUES (8, 'q', 50, 1, 2) ON CONFLICT (b, a) DO UPDATE SET n = 77 WHERE c.n < 10 RETURNING id
id

> INSERT INTO c VALUES (8, 'q', 50, 1, 2) ON CONFLICT (b, a) DO UPDATE SET n = 77 WHERE c.n >= 10 RETURNING id, n
id|n
2|77

> INSERT INTO c AS t VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET n = t.n * 2 RETURNING t.n
n
12

> INSERT INTO c AS t VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET n = c.n * 2
ERROR 42P01: invalid reference to FROM-clause entry for table "c"

> INSERT INTO c VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET n = n + 1
ERROR 42702: column reference "n" is ambiguous

> INSERT INTO c VALUES (1, 'q') ON CONFLICT (n) DO NOTHING
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO c VALUES (1, 'q') ON CONFLICT (nope) DO NOTHING
ERROR 42703: column "nope" does not exist

> INSERT INTO c VALUES (1, 'q') ON CONFLICT DO UPDATE SET n = 1
ERROR 42601: ON CONFLICT DO UPDATE requires inference specification or constraint name

> INSERT INTO c VALUES (1, 'q') ON CONFLICT ON CONSTRAINT c_pkey DO UPDATE SET n = 42 RETURNING n
n
42

> INSERT INTO c VALUES (1, 'q') ON CONFLICT ON CONSTRAINT c_n_check DO NOTHING
ERROR 42809: constraint in ON CONFLICT clause has no associated index

> INSERT INTO c VALUES (1, 'q') ON CONFLICT ON CONSTRAINT nope DO NOTHING
ERROR 42704: constraint "nope" for table "c" does not exist

> INSERT INTO c VALUES (20, 'a'), (20, 'b') ON CONFLICT (id) DO UPDATE SET n = 3
ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time

> INSERT INTO c VALUES (20, 'a'), (20, 'b') ON CONFLICT (id) DO NOTHING
OK 1

> INSERT INTO c SELECT id, email, 9 FROM c ON CONFLICT (id) DO UPDATE SET n = excluded.n
OK 3

> SELECT id, email, n FROM c ORDER BY id
id|email|n
1|x2|9
2|y|9
20|a|9

> INSERT INTO c VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET id = 100 RETURNING id
id
100

> INSERT INTO c VALUES (100, 'q') ON CONFLICT (id) DO UPDATE SET id = DEFAULT
ERROR 23502: null value in column "id" of relation "c" violates not-null constraint

> INSERT INTO c VALUES (100, 'q') ON CONFLICT (id) DO UPDATE SET (n, a) = (5, 6) RETURNING n, a
n|a
5|6

> INSERT INTO c VALUES (100, 'q') ON CONFLICT (id) DO UPDATE SET nope = 1
ERROR 42703: column "nope" of relation "c" does not exist

> INSERT INTO c VALUES (100, 'q') ON CONFLICT (id) DO UPDATE SET n = excluded.nope
ERROR 42703: column excluded.nope does not exist

> PREPARE up AS INSERT INTO c (id, n) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING id, n
OK 0

> EXECUTE up(30, 1)
id|n
30|1

> EXECUTE up(30, 2)
id|n
30|2

