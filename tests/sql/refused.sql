> SELECT 123abc
ERROR 42601: trailing junk after numeric literal at or near "123abc"

> SELECT 1 AS ""
ERROR 42601: zero-length delimited identifier at or near """"

> SELECT 'a' 'b'
ERROR 42601: syntax error at or near "'b'"

> SELECT 'a'
.  'b' AS joined
joined
ab

> SELECT NULL ISNULL AS nothing, 1 ISNULL AS one, (1) ISNULL AS two
nothing|one|two
t|f|f

> SELECT 1 AS 'x'
ERROR 42601: syntax error at or near "'x'"

> CREATE TABLE z (a int AUTO_INCREMENT)
ERROR 42601: syntax error at or near "AUTO_INCREMENT"

> CREATE TABLE z (a int PRIMARY KEY DESC)
ERROR 42601: syntax error at or near "DESC"

> CREATE TABLE z (a int COLLATE "C")
ERROR 42804: collations are not supported by type integer

> CREATE TABLE t (a int, b text COLLATE "C")
OK 0

> DROP TABLE t PURGE
ERROR 42601: syntax error at or near "PURGE"

> SELECT count(*, a) FROM t
ERROR 42601: syntax error at or near ","

> INSERT INTO t (t.a) VALUES (1)
ERROR 42703: column "t" of relation "t" does not exist

> SELECT count(*) FROM t
count
0

