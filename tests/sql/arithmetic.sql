> SELECT 1 + 2, 5 - 7, 3 * 4, 7 / 2, -7 / 2, 7 % 3, -7 % 3
?column?|?column?|?column?|?column?|?column?|?column?|?column?
3|-2|12|3|-3|1|-1

> SELECT 7.0 / 2, 1 / 3.0, 10.0 / 3, 2.0 * 3.00, 1.10 + 2.205
?column?|?column?|?column?|?column?|?column?
3.5000000000000000|0.33333333333333333333|3.3333333333333333|6.000|3.305

> SELECT 7 / 2::float8, 1::real / 3, 2 ^ 10, 2.0 ^ 0.5
?column?|?column?|?column?|?column?
3.5|0.3333333333333333|1024|1.4142135623730950

> SELECT 1 / 0
ERROR 22012: division by zero

> SELECT 1 % 0
ERROR 22012: division by zero

> SELECT 1.0 / 0
ERROR 22012: division by zero

> SELECT 1::float8 / 0
ERROR 22012: division by zero

> SELECT 2147483647 + 1
ERROR 22003: integer out of range

> SELECT (-2147483648)::int - 1
ERROR 22003: integer out of range

> SELECT 9223372036854775807 + 1
ERROR 22003: bigint out of range

> SELECT 32767::smallint + 1::smallint
ERROR 22003: smallint out of range

> SELECT 2147483647 * 2
ERROR 22003: integer out of range

> SELECT (-9223372036854775808)::bigint / (-1)
ERROR 22003: bigint out of range

> SELECT 1e308::float8 * 10
ERROR 22003: value out of range: overflow

> SELECT 5 + NULL, NULL * 2, -NULL::int
?column?|?column?|?column?
\N|\N|\N

> SELECT abs(-5), abs(-5.5), abs(-5::bigint), sign(-3), sign(2.5)
abs|abs|abs|sign|sign
5|5.5|5|-1|1

> SELECT round(2.5), round(3.5), round(-2.5), round(2.567, 2), round(1234.5, -2)
round|round|round|round|round
3|4|-3|2.57|1200

> SELECT round(2.5::float8), round(3.5::float8), round(-0.5::float8)
round|round|round
2|4|-0

> SELECT ceil(1.2), floor(-1.2), trunc(1.99), trunc(-1.99), trunc(123.456, 1)
ceil|floor|trunc|trunc|trunc
2|-2|1|-1|123.4

> SELECT mod(10, 3), mod(-10, 3), mod(10.5, 3)
mod|mod|mod
1|-1|1.5

> SELECT sqrt(16), sqrt(2.0), power(2, 3), power(2.0, 0.5), exp(0), ln(1), log(100)
sqrt|sqrt|power|power|exp|ln|log
4|1.414213562373095|8|1.4142135623730950|1|0|2

> SELECT sqrt(-1)
ERROR 2201F: cannot take square root of a negative number

> SELECT ln(0)
ERROR 2201E: cannot take logarithm of zero

> SELECT greatest(1, 5, 3), least(1, 5, 3), greatest(1, NULL, 3), least(NULL, NULL)
greatest|least|greatest|least
5|1|3|\N

> SELECT 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2
?column?|?column?|?column?|?column?|?column?|?column?
1|7|6|-6|16|64

> SELECT 1 + 1.5, 1::smallint + 1::bigint, 1::real + 1::float8, 1::numeric + 1::float8
?column?|?column?|?column?|?column?
2.5|2|2|2

> SELECT pg_typeof(1::smallint + 1), pg_typeof(1 + 1::bigint), pg_typeof(1 + 1.5), pg_typeof(1::real + 1.5), pg_typeof(1.5 + 1::float8), pg_typeof(7 / 2)
pg_typeof|pg_typeof|pg_typeof|pg_typeof|pg_typeof|pg_typeof
integer|bigint|numeric|double precision|double precision|integer

> SELECT 'a' + 1
ERROR 22P02: invalid input syntax for type integer: "a"

> SELECT 1 + true
ERROR 42883: operator does not exist: integer + boolean

> SELECT 'a'::text + 1
ERROR 42883: operator does not exist: text + integer

> SELECT 1 + '2', '3' * 4
?column?|?column?
3|12

> SELECT 10 BETWEEN 1 AND 10, 10 NOT BETWEEN 1 AND 9, NULL BETWEEN 1 AND 2
?column?|?column?|?column?
t|t|\N

> SELECT gcd(12, 18), lcm(4, 6), div(7, 2), pi()
gcd|lcm|div|pi
6|12|3|3.141592653589793

> SELECT 12345678901234567890 * 98765432109876543210
?column?
1219326311370217952237463801111263526900

> SELECT 1.000000000000000000001 * 3
?column?
3.000000000000000000003

> SELECT 100000000000000000000 / 7
?column?
14285714285714285714

> SELECT 0.00001 * 0.00001
?column?
0.0000000001

> SELECT 3.14159::int, 2.5::int, 3.5::int, -2.5::int, 2.5::float8::int, 3.5::float8::int
int4|int4|int4|?column?|int4|int4
3|3|4|-3|2|4

> SELECT (5 > 3) = true, 5 <> 3, 5 != 3, 5 >= 5, 5 <= 4
?column?|?column?|?column?|?column?|?column?
t|t|t|t|f

