> create table k (x int, "user" int, "order" int, "left" text, "all" int)
OK 0

> insert into k values (1, 2, 3, 'l', 4)
OK 1

> insert into k (x, user) values (1, 2)
ERROR 42601: syntax error at or near "user"

> insert into k (x, left) values (1, 2)
ERROR 42601: syntax error at or near "left"

> update k set user = 3
ERROR 42601: syntax error at or near "user"

> update k set "all" = 5
OK 1

> select user = current_user as same from k
same
t

> select left('abc', 2), k.left, k.all, k.user, k.order from k
left|left|all|user|order
ab|l|5|2|3

> select left('abc', 2) as left, x as all, x as user from k
left|all|user
ab|1|1

> select x from k as all
ERROR 42601: syntax error at or near "all"

> select x from k as left
ERROR 42601: syntax error at or near "left"

> select x from k as "left"
x
1

> create index on k (all)
ERROR 42601: syntax error at or near "all"

> create index k_all on k ("all")
OK 0

> create table user (a int)
ERROR 42601: syntax error at or near "user"

> create table k2 (select int)
ERROR 42601: syntax error at or near "select"

> with all as (select 1) select 1
ERROR 42601: syntax error at or near "all"

> select x as over, x name, x value, x type, x text from k
over|name|value|type|text
1|1|1|1|1

> select 1 view, 2 cluster, 3 "order"
view|cluster|order
1|2|3

> select 1 from (select 1) global
?column?
1

> table k
x|user|order|left|all
1|2|3|l|5

> (table k) union all table k
x|user|order|left|all
1|2|3|l|5
1|2|3|l|5

> select * from (table k) t
x|user|order|left|all
1|2|3|l|5

> with w as (table k) select x from w
x
1

> select * from only (k)
x|user|order|left|all
1|2|3|l|5

> select * from only (k) as z where z.x = 1
x|user|order|left|all
1|2|3|l|5

> select x between symmetric 3 and 0, x not between symmetric 3 and 0, x between asymmetric 0 and 3 from k
?column?|?column?|?column?
t|f|t

> select x between symmetric case when true and false then 1 else 2 end and 0 from k
?column?
t

> select row(1,2) = row(1,2) as a, row(1,2) < row(1,3) as b, row(1,2) in (row(1,2)) as c
a|b|c
t|t|t

> select trim(leading from '  a '), trim(trailing from ' a  '), trim(both from ' a ')
ltrim|rtrim|btrim
a | a|a

> select substr('abc', 2), substring('abc', 2), not exists (select 1)
substr|substring|?column?
bc|bc|f

> select substr('a')
ERROR 42883: function substr(unknown) does not exist

> select current_timestamp(0) = date_trunc('second', current_timestamp(0)) as whole, pg_typeof(localtime(3))
whole|pg_typeof
t|time without time zone

> select 1<-1 as a, 2>=-3 as b, 2*-3 as c, 2/-1 as d, 2 <>-2 as e, 2<=-1 as f
a|b|c|d|e|f
f|t|-6|-2|t|f

> select pg_typeof(-2147483648), pg_typeof(2147483648), pg_typeof(-9223372036854775808)
pg_typeof|pg_typeof|pg_typeof
integer|bigint|bigint

> select abs(-2147483648)
ERROR 22003: integer out of range

> select -2147483648 - 1
ERROR 22003: integer out of range

> drop table k
OK 0

