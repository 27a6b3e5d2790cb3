# DECLARE, FETCH, MOVE, CLOSE.

> DECLARE c CURSOR FOR SELECT 1
ERROR 25P01: DECLARE CURSOR can only be used in transaction blocks

> BEGIN
OK 0

> DECLARE c SCROLL CURSOR FOR SELECT n, n * n AS square FROM generate_series(1, 5) AS g(n)
OK 0

> FETCH c
n|square
1|1

> FETCH NEXT FROM c
n|square
2|4

> FETCH 2 FROM c
n|square
3|9
4|16

> FETCH PRIOR FROM c
n|square
3|9

> FETCH BACKWARD 2 IN c
n|square
2|4
1|1

> FETCH ALL FROM c
n|square
2|4
3|9
4|16
5|25

> FETCH c
n|square

> FETCH BACKWARD ALL IN c
n|square
5|25
4|16
3|9
2|4
1|1

> FETCH FIRST c
n|square
1|1

> FETCH LAST FROM c
n|square
5|25

> FETCH ABSOLUTE 2 FROM c
n|square
2|4

> FETCH ABSOLUTE -2 FROM c
n|square
4|16

> FETCH RELATIVE -1 FROM c
n|square
3|9

> FETCH RELATIVE 0 FROM c
n|square
3|9

> FETCH 0 c
n|square
3|9

> FETCH -2 c
n|square
2|4
1|1

> FETCH FORWARD 3 c
n|square
2|4
3|9
4|16

> MOVE FIRST IN c
OK 1

> MOVE FORWARD ALL IN c
OK 4

> FETCH -1 c
n|square
5|25

> DECLARE c CURSOR FOR SELECT 2
ERROR 42P03: cursor "c" already exists

> ROLLBACK
OK 0

> BEGIN
OK 0

> FETCH c
ERROR 34000: cursor "c" does not exist

> ROLLBACK
OK 0

> BEGIN
OK 0

> DECLARE c NO SCROLL CURSOR FOR VALUES (1), (2)
OK 0

> FETCH 2 FROM c
column1
1
2

> FETCH PRIOR FROM c
ERROR 55000: cursor can only scan forward

> ROLLBACK
OK 0

> BEGIN
OK 0

> DECLARE h CURSOR WITH HOLD FOR VALUES ('a'), ('b')
OK 0

> DECLARE gone CURSOR FOR VALUES ('a'), ('b')
OK 0

> COMMIT
OK 0

> FETCH h
column1
a

> FETCH gone
ERROR 34000: cursor "gone" does not exist

> CLOSE h
OK 0

> CLOSE h
ERROR 34000: cursor "h" does not exist

> BEGIN
OK 0

> DECLARE a CURSOR FOR SELECT 1
OK 0

> SAVEPOINT s
OK 0

> DECLARE b CURSOR FOR SELECT 2
OK 0

> ROLLBACK TO s
OK 0

> FETCH a
?column?
1

> FETCH b
ERROR 34000: cursor "b" does not exist

> ROLLBACK TO s
OK 0

> CLOSE ALL
OK 0

> FETCH a
ERROR 34000: cursor "a" does not exist

> ROLLBACK
OK 0

> DECLARE x CURSOR WITH HOLD FOR SELECT nope
ERROR 42703: column "nope" does not exist

