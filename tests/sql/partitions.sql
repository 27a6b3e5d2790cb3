> CREATE TABLE p (a int, b text, c int DEFAULT 7, CHECK (a > -100)) PARTITION BY RANGE (a)
OK 0

> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10)
OK 0

> CREATE TABLE p2 PARTITION OF p (c NOT NULL DEFAULT 9) FOR VALUES FROM (10) TO (MAXVALUE)
OK 0

> INSERT INTO p VALUES (1, 'x'), (12, 'y'), (9, 'z')
OK 3

> INSERT INTO p (a) VALUES (-5)
ERROR 23514: no partition of relation "p" found for row

> INSERT INTO p (a) VALUES (NULL)
ERROR 23514: no partition of relation "p" found for row

> CREATE TABLE pd PARTITION OF p DEFAULT
OK 0

> INSERT INTO p (a) VALUES (-5), (NULL) RETURNING tableoid::regclass, a, c
tableoid|a|c
pd|-5|7
pd|\N|7

> INSERT INTO p (a, c) VALUES (-100, 1)
ERROR 23514: new row for relation "pd" violates check constraint "p_a_check"

> SELECT tableoid::regclass, * FROM p
tableoid|a|b|c
p1|1|x|7
p1|9|z|7
p2|12|y|7
pd|-5|\N|7
pd|\N|\N|7

> SELECT * FROM ONLY p
a|b|c

> INSERT INTO p1 VALUES (50)
ERROR 23514: new row for relation "p1" violates partition constraint

> UPDATE p1 SET a = 50 WHERE a = 1
ERROR 23514: new row for relation "p1" violates partition constraint

> UPDATE p SET a = a + 9 WHERE b IN ('x', 'z') RETURNING tableoid::regclass, *
tableoid|a|b|c
p2|10|x|7
p2|18|z|7

> SELECT tableoid::regclass, a FROM p ORDER BY a
tableoid|a
pd|-5
p2|10
p2|12
p2|18
pd|\N

> DELETE FROM p WHERE a = 12 RETURNING b
b
y

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (5) TO (11)
ERROR 42P17: partition "p3" would overlap partition "p1"

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (-10) TO (0)
ERROR 23514: updated partition constraint for default partition "pd" would be violated by some row

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (5) TO (5)
ERROR 42P17: empty range bound specified for partition "p3"

> CREATE TABLE p3 PARTITION OF p FOR VALUES IN (5)
ERROR 42P16: invalid bound specification for a range partition

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (1, 2) TO (3)
ERROR 42P16: FROM must specify exactly one value per partitioning column

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (NULL) TO (3)
ERROR 42P17: cannot specify NULL in range bound

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM ('x') TO (3)
ERROR 22P02: invalid input syntax for type integer: "x"

> CREATE TABLE p3 PARTITION OF p DEFAULT
ERROR 42P17: partition "p3" conflicts with existing default partition "pd"

> CREATE TABLE p3 PARTITION OF p (z int) FOR VALUES FROM (-90) TO (-80)
ERROR 42601: syntax error at or near "int"

> CREATE TABLE p3 (c int, b text, a int, CONSTRAINT p_a_check CHECK (a > -100))
OK 0

> INSERT INTO p3 VALUES (1, 'q', 100)
OK 1

> ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (-90) TO (-80)
ERROR 23514: partition constraint of relation "p3" is violated by some row

> UPDATE p3 SET a = -85
OK 1

> ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (-90) TO (-80)
OK 0

> UPDATE p SET b = b || '!', c = c + 1 WHERE a < 0 AND b IS NOT NULL RETURNING *
a|b|c
-85|q!|2

> SELECT * FROM p3
c|b|a
2|q!|-85

> ALTER TABLE p1 DROP COLUMN b
ERROR 42P16: cannot drop inherited column "b"

> ALTER TABLE p1 ADD COLUMN z int
ERROR 42809: cannot add column to a partition

> ALTER TABLE p DROP COLUMN a
ERROR 42P16: cannot drop column "a" because it is part of the partition key of relation "p"

> ALTER TABLE p ADD COLUMN z int DEFAULT 3
OK 0

> ALTER TABLE p RENAME COLUMN a TO k
OK 0

> SELECT tableoid::regclass, * FROM p ORDER BY k
tableoid|k|b|c|z
p3|-85|q!|2|3
pd|-5|\N|7|3
p2|10|x|7|3
p2|18|z|7|3
pd|\N|\N|7|3

> INSERT INTO p (k) VALUES (3) RETURNING tableoid::regclass
tableoid
p1

> ALTER TABLE p DETACH PARTITION p3
OK 0

> ALTER TABLE p DETACH PARTITION p3
ERROR 42P01: relation "p3" is not a partition of relation "p"

> SELECT count(*) FROM p
count
5

> SELECT * FROM p3
c|b|k|z
2|q!|-85|3

> TRUNCATE ONLY p
ERROR 42809: cannot truncate only a partitioned table

> TRUNCATE p
OK 0

> SELECT count(*) FROM p
count
0

> DROP TABLE p
OK 0

> SELECT * FROM p1
ERROR 42P01: relation "p1" does not exist

> CREATE TABLE l (a text, b int) PARTITION BY LIST (lower(a))
OK 0

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('a', 'b')
OK 0

> CREATE TABLE l2 PARTITION OF l FOR VALUES IN (NULL, 'c') PARTITION BY RANGE (b)
OK 0

> CREATE TABLE l21 PARTITION OF l2 FOR VALUES FROM (0) TO (100)
OK 0

> INSERT INTO l VALUES ('A', 1), ('C', 50), (NULL, 3)
OK 3

> INSERT INTO l VALUES ('d', 100)
ERROR 23514: no partition of relation "l" found for row

> INSERT INTO l2 VALUES ('a', 50)
ERROR 23514: new row for relation "l2" violates partition constraint

> SELECT tableoid::regclass, * FROM l
tableoid|a|b
l1|A|1
l21|C|50
l21|\N|3

> SELECT * FROM l2 WHERE b > 10
a|b
C|50

> CREATE TABLE l3 PARTITION OF l FOR VALUES IN ('x', 'a')
ERROR 42P17: partition "l3" would overlap partition "l1"

> DROP TABLE l2
OK 0

> SELECT * FROM l
a|b
A|1

> CREATE TABLE k (a int, b int, c int, PRIMARY KEY (b)) PARTITION BY LIST (a)
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns

> CREATE TABLE k (a int, b int, c int, PRIMARY KEY (a, b)) PARTITION BY LIST (a)
OK 0

> CREATE TABLE k1 PARTITION OF k FOR VALUES IN (1)
OK 0

> CREATE TABLE k2 (b int NOT NULL, c int, a int NOT NULL)
OK 0

> ALTER TABLE k ATTACH PARTITION k2 FOR VALUES IN (2, 3)
OK 0

> INSERT INTO k VALUES (1, 1, 1), (2, 1, 1)
OK 2

> INSERT INTO k VALUES (2, 1, 5)
ERROR 23505: duplicate key value violates unique constraint "k2_pkey"

> INSERT INTO k VALUES (2, 1, 5), (3, 3, 3) ON CONFLICT (a, b) DO UPDATE SET c = excluded.c + k.c RETURNING *
a|b|c
2|1|6
3|3|3

> INSERT INTO k VALUES (2, 1, 5) ON CONFLICT DO NOTHING
OK 0

> UPDATE k SET a = 1 WHERE a = 2
ERROR 23505: duplicate key value violates unique constraint "k1_pkey"

> CREATE UNIQUE INDEX ON k (c)
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns

> CREATE INDEX ki ON k (c, a)
OK 0

> SELECT count(*) FROM pg_index WHERE indrelid = 'k2'::regclass
count
2

> CREATE TABLE f (a int, b int, FOREIGN KEY (a, b) REFERENCES k ON UPDATE CASCADE) PARTITION BY HASH (a)
OK 0

> CREATE TABLE f0 PARTITION OF f FOR VALUES WITH (MODULUS 2, REMAINDER 0)
OK 0

> CREATE TABLE f1 PARTITION OF f FOR VALUES WITH (MODULUS 4, REMAINDER 1)
OK 0

> CREATE TABLE f2 PARTITION OF f FOR VALUES WITH (MODULUS 3, REMAINDER 1)
ERROR 42P17: every hash partition modulus must be a factor of the next larger modulus

> CREATE TABLE f3 PARTITION OF f FOR VALUES WITH (MODULUS 4, REMAINDER 3)
OK 0

> INSERT INTO f VALUES (1, 1), (2, 1), (NULL, 7)
OK 3

> INSERT INTO f VALUES (1, 9)
ERROR 23503: insert or update on table "f0" violates foreign key constraint "f_a_b_fkey"

# PostgreSQL keeps a constraint with a number for each pair of partitions and names that.
! DELETE FROM k WHERE a = 1
ERROR 23503: update or delete on table "k" violates foreign key constraint "f_a_b_fkey" on table "f0"

> UPDATE k SET a = 3, b = 30 WHERE a = 2
OK 1

> SELECT tableoid::regclass, * FROM f ORDER BY a, b
tableoid|a|b
f0|1|1
f1|3|30
f0|\N|7

# As above.
! ALTER TABLE k DETACH PARTITION k1
ERROR 23503: removing partition "k1" violates foreign key constraint "f_a_b_fkey"

> TRUNCATE k1
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint

> DELETE FROM f
OK 3

> DELETE FROM k WHERE a = 1
OK 1

> SELECT * FROM k ORDER BY b
a|b|c
3|3|3
3|30|6

> CREATE TABLE h (a int, t text, d date, u int8) PARTITION BY HASH (a, t, d, u)
OK 0

> CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 0)
OK 0

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 1)
OK 0

> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 2)
OK 0

> INSERT INTO h SELECT g, repeat('ab', g + 6), date '2000-01-01' + g, g * 5000000000 FROM generate_series(-5, 20) g
OK 26

> SELECT tableoid::regclass, a FROM h ORDER BY a
tableoid|a
h2|-5
h2|-4
h2|-3
h2|-2
h1|-1
h0|0
h1|1
h1|2
h0|3
h0|4
h2|5
h1|6
h0|7
h1|8
h2|9
h1|10
h2|11
h0|12
h2|13
h2|14
h1|15
h0|16
h1|17
h2|18
h2|19
h1|20

> CREATE TABLE w (a int) PARTITION BY MAGIC (a)
ERROR 22023: unrecognized partitioning strategy "magic"

> CREATE TABLE w (a int, b int) PARTITION BY LIST (a, b)
ERROR 42P17: cannot use "list" partition strategy with more than one column

> CREATE TABLE w (a int) PARTITION BY RANGE (z)
ERROR 42703: column "z" named in partition key does not exist

> CREATE TABLE w (a int) PARTITION BY RANGE ((42))
ERROR 42P17: cannot use constant expression as partition key

> CREATE TABLE w (a int) PARTITION BY RANGE ((a + random()))
ERROR 42P17: functions in partition key expression must be marked IMMUTABLE

> CREATE TABLE w PARTITION OF nothing DEFAULT
ERROR 42P01: relation "nothing" does not exist

> CREATE TABLE w PARTITION OF k1 DEFAULT
ERROR 42P17: "k1" is not partitioned

> CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := NEW.c * 2; RETURN NEW; END $$
OK 0

> CREATE TRIGGER t BEFORE INSERT ON k FOR EACH ROW EXECUTE FUNCTION seen()
OK 0

> INSERT INTO k VALUES (3, 77, 4) RETURNING *
a|b|c
3|77|8

