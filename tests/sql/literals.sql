> SELECT 1 AS one, -1 AS minus, 'text' AS text, NULL AS nothing, true AS yes, false AS no
one|minus|text|nothing|yes|no
1|-1|text|\N|t|f

> SELECT 'it''s', E'a\nb', E'tab\there', 'a' 'b'
ERROR 42601: syntax error at or near "'b'"

> SELECT 'it''s', E'a\nb', E'tab\there'
?column?|?column?|?column?
it's|a\nb|tab	here

> SELECT 1.5, 1e3, .5, 5., 1.50, 100.00, 0.1 + 0.2
?column?|?column?|?column?|?column?|?column?|?column?|?column?
1.5|1000|0.5|5|1.50|100.00|0.3

> SELECT 9223372036854775807, -9223372036854775808, 9223372036854775808
?column?|?column?|?column?
9223372036854775807|-9223372036854775808|9223372036854775808

> SELECT 2147483647, 2147483648
?column?|?column?
2147483647|2147483648

> SELECT $$dollar quoted$$, $tag$with $$ inside$tag$
?column?|?column?
dollar quoted|with $$ inside

> SELECT "quoted" FROM (SELECT 1 AS "quoted") s
quoted
1

> SELECT 1 AS "Mixed Case", 2 AS UPPER
Mixed Case|upper
1|2

> SELECT DATE '2024-02-29', TIMESTAMP '2024-02-29 12:34:56.789', TIMESTAMPTZ '2024-02-29 12:34:56+02'
date|timestamp|timestamptz
2024-02-29|2024-02-29 12:34:56.789|2024-02-29 10:34:56+00

> SELECT UUID 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid
uuid|uuid
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11

> SELECT '\xdeadbeef'::bytea, E'\\xDEADBEEF'::bytea
bytea|bytea
\\xdeadbeef|\\xdeadbeef

> SELECT 1::smallint, 1::int2, 1::bigint, 1::real, 1::float8, 1::numeric, 1::text, 1::varchar(5), 1::boolean
int2|int2|int8|float4|float8|numeric|text|varchar|bool
1|1|1|1|1|1|1|1|t

> SELECT 't'::bool, 'yes'::bool, 'off'::bool, '0'::bool, 'TRUE'::bool
bool|bool|bool|bool|bool
t|t|f|f|t

> SELECT 'maybe'::bool
ERROR 22P02: invalid input syntax for type boolean: "maybe"

> SELECT 'abc'::int
ERROR 22P02: invalid input syntax for type integer: "abc"

> SELECT ''::int
ERROR 22P02: invalid input syntax for type integer: ""

> SELECT '99999999999'::int
ERROR 22003: value "99999999999" is out of range for type integer

> SELECT 40000::smallint
ERROR 22003: smallint out of range

> SELECT 'x'::uuid
ERROR 22P02: invalid input syntax for type uuid: "x"

> SELECT '2024-13-01'::date
ERROR 22008: date/time field value out of range: "2024-13-01"

> SELECT '2024-02-30'::date
ERROR 22008: date/time field value out of range: "2024-02-30"

> SELECT 'abc'::varchar(2), 'abc'::char(5), 'abc'::text
varchar|bpchar|text
ab|abc  |abc

> SELECT 'infinity'::float8, '-infinity'::float8, 'nan'::float8
float8|float8|float8
Infinity|-Infinity|NaN

> SELECT 1.0::float8, 0.1::float8, 1e100::float8, 1e-10::float8, 123456789012345678::float8, 1e15::float8, 1e16::float8
float8|float8|float8|float8|float8|float8|float8
1|0.1|1e+100|1e-10|1.2345678901234568e+17|1e+15|1e+16

> SELECT 0.1::real, 16777217::real, 1e10::real, 1.5::real
float4|float4|float4|float4
0.1|1.6777216e+07|1e+10|1.5

> SELECT 12345.678::numeric(7,2), 0.005::numeric(3,2), 99.995::numeric(5,2)
numeric|numeric|numeric
12345.68|0.01|100.00

> SELECT 1000::numeric(3,0)
ERROR 22003: numeric field overflow

> SELECT 'NaN'::numeric, 'Infinity'::numeric
numeric|numeric
NaN|Infinity

> SELECT pg_typeof(1), pg_typeof(1.5), pg_typeof('a'), pg_typeof(true), pg_typeof(9999999999)
pg_typeof|pg_typeof|pg_typeof|pg_typeof|pg_typeof
integer|numeric|unknown|boolean|bigint

> SELECT 1 2
ERROR 42601: syntax error at or near "2"

> SELECT FROM
ERROR 42601: syntax error at end of input

> SELECT 1 +
ERROR 42601: syntax error at end of input

> SELECT (1
ERROR 42601: syntax error at end of input

> SELECT 'unterminated
ERROR 42601: unterminated quoted string at or near "'unterminated"

> SELECT nothing
ERROR 42703: column "nothing" does not exist

> SELECT x.y
ERROR 42P01: missing FROM-clause entry for table "x"

> SELEC 1
ERROR 42601: syntax error at or near "SELEC"

> SELECT * FROM missing
ERROR 42P01: relation "missing" does not exist

