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

> select 1 == 1
ERROR 42883: operator does not exist: integer == integer

> select {d '2020-01-01'}
ERROR 42601: syntax error at or near "{"

> select {fn upper('a')}
ERROR 42601: syntax error at or near "{"

> select position('a','b')
ERROR 42601: syntax error at or near ","

> select extract(year, date '2020-01-01')
ERROR 42601: syntax error at or near ","

> select current_date()
ERROR 42601: syntax error at or near "("

> select current_timestamp()
ERROR 42601: syntax error at or near ")"

> select localtime()
ERROR 42601: syntax error at or near ")"

> select user()
ERROR 42601: syntax error at or near "("

> select coalesce()
ERROR 42601: syntax error at or near ")"

> select greatest()
ERROR 42601: syntax error at or near ")"

> select nullif(1)
ERROR 42601: syntax error at or near ")"

> select [1, 2]
ERROR 42601: syntax error at or near "["

> select cast(null as array<int>)
ERROR 42601: syntax error at or near "array"

> select 1 !< 2
ERROR 42883: operator does not exist: integer !< integer

> select 4 // 2
ERROR 42883: operator does not exist: integer // integer

> select !!5
ERROR 42883: operator does not exist: !! integer

> select lower(*)
ERROR 42883: function lower() does not exist

> select 1 in (1,)
ERROR 42601: syntax error at or near ")"

> select count(a) ignore nulls from (select 1 as a) t
ERROR 42601: syntax error at or near "nulls"

> select array_agg(a limit 1) from (select 1 as a) t
ERROR 42601: syntax error at or near "limit"

> select a from (select 1 as a) t order by all
ERROR 42601: syntax error at or near "all"

> select ceil(1.5 to day)
ERROR 42601: syntax error at or near "to"

> select interval 1 day
ERROR 42601: syntax error at or near "1"

> begin tran
ERROR 42601: syntax error at or near "tran"

> commit tran
ERROR 42601: syntax error at or near "tran"

> select 1 over
ERROR 42601: syntax error at or near "over"

> select 1 year
ERROR 42601: syntax error at or near "year"

> select 1 from (select 1) t with (nolock)
ERROR 42601: syntax error at or near "with"

