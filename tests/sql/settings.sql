-- Settings of a session: values, units, bounds, transactions.

> SET work_mem = '3MB'
OK 0

> SHOW work_mem
work_mem
3MB

> SET work_mem = '1.5GB'
OK 0

> SHOW WORK_MEM
work_mem
1536MB

> SET work_mem = 1
ERROR 22023: 1 kB is outside the valid range for parameter "work_mem" (64 .. 2147483647)

> SET work_mem = '10 furlongs'
ERROR 22023: invalid value for parameter "work_mem": "10 furlongs"

> SET work_mem = 'x'
ERROR 22023: invalid value for parameter "work_mem": "x"

> SET work_mem = 1, 2
ERROR 22023: SET work_mem takes only one argument

> RESET work_mem
OK 0

> SHOW work_mem
work_mem
4MB

> SET enable_sort = of
OK 0

> SHOW enable_sort
enable_sort
off

> SET enable_sort = maybe
ERROR 22023: parameter "enable_sort" requires a Boolean value

> SET enable_sort TO DEFAULT
OK 0

> SHOW enable_sort
enable_sort
on

> SET geqo_threshold = 1.6
OK 0

> SET seq_page_cost = 1.50
OK 0

> SHOW seq_page_cost
seq_page_cost
1.5

> SET seq_page_cost = -1
ERROR 22023: -1 is outside the valid range for parameter "seq_page_cost" (0 .. 1.79769e+308)

> SET client_min_messages = loud
ERROR 22023: invalid value for parameter "client_min_messages": "loud"

> SET bytea_output TO hex
OK 0

> SET extra_float_digits = 4
ERROR 22023: 4 is outside the valid range for parameter "extra_float_digits" (-15 .. 3)

> SET foo.bar = 1
OK 0

> SHOW foo.bar
foo.bar
1

> SHOW foo.baz
ERROR 42704: unrecognized configuration parameter "foo.baz"

> RESET foo.bar
OK 0

> SET "foo.9" = 1
ERROR 42602: invalid configuration parameter name "foo.9"

> SELECT current_setting('foo.qq')
ERROR 42704: unrecognized configuration parameter "foo.qq"

> SELECT current_setting('foo.qq', true) IS NULL AS nothing, current_setting('statement_timeout') AS timeout
nothing|timeout
t|0

> SET nosuch = 1
ERROR 42704: unrecognized configuration parameter "nosuch"

> RESET nosuch
ERROR 42704: unrecognized configuration parameter "nosuch"

> RESET server_version
ERROR 55P02: parameter "server_version" cannot be changed

> SET statement_timeout = '90min'
OK 0

> SHOW statement_timeout
statement_timeout
90min

> SET statement_timeout = '-1'
ERROR 22023: -1 ms is outside the valid range for parameter "statement_timeout" (0 .. 2147483647)

> SHOW datestyle
DateStyle
ISO, MDY

> SHOW intervalstyle
IntervalStyle
postgres

> SET application_name = a, b
ERROR 22023: SET application_name takes only one argument

> SET search_path = a, "B", 'c d'
OK 0

> SHOW search_path
search_path
a, "B", "c d"

> SET search_path TO public
OK 0

> BEGIN
OK 0

> SET LOCAL lock_timeout = '2s'
OK 0

> SHOW lock_timeout
lock_timeout
2s

> SET statement_timeout = 100
OK 0

> COMMIT
OK 0

> SHOW lock_timeout
lock_timeout
0

> SHOW statement_timeout
statement_timeout
100ms

> BEGIN
OK 0

> SET jit = off
OK 0

> ROLLBACK
OK 0

> SHOW jit
jit
on

> RESET ALL
OK 0

> SHOW statement_timeout
statement_timeout
0

> CREATE TABLE t (a int)
OK 0

> SET default_transaction_read_only = on
OK 0

> INSERT INTO t VALUES (1)
ERROR 25006: cannot execute INSERT in a read-only transaction

> BEGIN READ WRITE
OK 0

> INSERT INTO t VALUES (2)
OK 1

> COMMIT
OK 0

> SET default_transaction_read_only = off
OK 0

> BEGIN
OK 0

> SET TRANSACTION READ ONLY
OK 0

> SHOW transaction_read_only
transaction_read_only
on

> INSERT INTO t VALUES (3)
ERROR 25006: cannot execute INSERT in a read-only transaction

> ROLLBACK
OK 0

> SELECT a FROM t
a
2

> CREATE INDEX t_a ON t (a)
OK 0

> CREATE TABLE u (a int PRIMARY KEY, b text)
OK 0

> INSERT INTO u VALUES (1, 'one'), (2, 'two'), (3, 'three')
OK 3

> SET enable_hashjoin = off
OK 0

> SET enable_mergejoin = off
OK 0

> SELECT t.a, b FROM t JOIN u ON t.a + 0 = u.a + 0
a|b
2|two

> SELECT t.a, b FROM t RIGHT JOIN u ON t.a + 0 = u.a + 0 ORDER BY u.a
a|b
\N|one
2|two
\N|three

> SET enable_indexscan = off
OK 0

> SELECT t.a, b FROM t JOIN u ON t.a = u.a WHERE u.a = 2
a|b
2|two

> SET enable_nestloop = off
OK 0

> SET enable_seqscan = off
OK 0

> SELECT t.a, b FROM t FULL JOIN u ON t.a = u.a WHERE u.a > 1 ORDER BY u.a
a|b
2|two
\N|three

