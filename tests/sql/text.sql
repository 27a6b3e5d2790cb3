> SELECT 'a' || 'b', 'a' || 1, 1 || 'a', 'a' || NULL
?column?|?column?|?column?|?column?
ab|a1|1a|\N

> SELECT length('hello'), char_length('h\u00e9llo'), octet_length('hällo'), bit_length('a')
length|char_length|octet_length|bit_length
5|10|6|8

> SELECT lower('HeLLo'), upper('HeLLo'), initcap('hello wORLD'), lower('ÄÖÜ'), upper('straße')
lower|upper|initcap|lower|upper
hello|HELLO|Hello World|äöü|STRAßE

> SELECT trim('  x '), ltrim('  x '), rtrim(' x  '), btrim('xxaxx', 'x'), trim(both 'x' from 'xxaxx'), trim(leading from '  a')
btrim|ltrim|rtrim|btrim|btrim|ltrim
x|x | x|a|a|a

> SELECT left('hello', 2), right('hello', 2), left('hello', -2), right('hello', -2)
left|right|left|right
he|lo|hel|llo

> SELECT substring('hello' from 2 for 3), substring('hello' from 2), substr('hello', 2, 3), substring('hello', 0, 3)
substring|substring|substr|substring
ell|ello|ell|he

> SELECT substring('hello', 1, -1)
ERROR 22011: negative substring length not allowed

> SELECT position('l' in 'hello'), strpos('hello', 'lo'), strpos('hello', 'z'), strpos('hello', '')
position|strpos|strpos|strpos
3|4|0|1

> SELECT replace('banana', 'an', 'x'), translate('12345', '143', 'ax'), reverse('abc'), repeat('ab', 3)
replace|translate|reverse|repeat
bxxa|a2x5|cba|ababab

> SELECT lpad('7', 3, '0'), rpad('7', 3, '.'), lpad('hello', 3), lpad('x', 5, 'ab')
lpad|rpad|lpad|lpad
007|7..|hel|ababx

> SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 9), split_part('a,b,c', ',', -1)
split_part|split_part|split_part
b||c

> SELECT concat('a', NULL, 1, true), concat_ws('-', 'a', NULL, 'b')
concat|concat_ws
a1t|a-b

> SELECT ascii('A'), chr(65), md5('hello'), to_hex(255)
ascii|chr|md5|to_hex
65|A|5d41402abc4b2a76b9719d911017c592|ff

> SELECT encode('abc'::bytea, 'hex'), decode('616263', 'hex'), encode('abc'::bytea, 'base64')
encode|decode|encode
616263|\\x616263|YWJj

> SELECT starts_with('hello', 'he'), quote_literal('it''s'), quote_ident('Mixed'), format('%s is %s, %I %L', 'a', 1, 'b c', 'd''e')
starts_with|quote_literal|quote_ident|format
t|'it''s'|"Mixed"|a is 1, "b c" 'd''e'

> SELECT overlay('Txxxxas' placing 'hom' from 2 for 4)
overlay
Thomas

> SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' LIKE 'b%', 'abc' NOT LIKE '%c', 'a%c' LIKE 'a\%c', 'abc' LIKE 'a!%c' ESCAPE '!'
?column?|?column?|?column?|?column?|?column?|?column?
t|t|f|f|t|f

> SELECT 'ABC' ILIKE 'a%', 'ABC' NOT ILIKE '%B%', 'ÄB' ILIKE 'äb'
?column?|?column?|?column?
t|f|t

> SELECT 'abc' LIKE 'abc\'
?column?
f

> SELECT 'abc' LIKE NULL, NULL LIKE 'a'
?column?|?column?
\N|\N

> SELECT 'a' < 'b', 'B' < 'a', 'abc' < 'abd', '' < 'a', 'a' = 'a '
?column?|?column?|?column?|?column?|?column?
t|t|t|t|f

> SELECT 'abc'::char(5) = 'abc', length('abc'::char(5)), 'abc'::char(5) || 'x'
?column?|length|?column?
t|3|abcx

> SELECT 'abcdef'::varchar(3), length('abc  '::varchar(10))
varchar|length
abc|5

> SELECT string_agg(x, ', ') FROM (VALUES ('a'), ('b'), (NULL), ('c')) v(x)
string_agg
a, b, c

> SELECT string_agg(x, ', ' ORDER BY x DESC) FROM (VALUES ('a'), ('b'), ('c')) v(x)
string_agg
c, b, a

> SELECT length(1)
ERROR 42883: function length(integer) does not exist

> SELECT nosuchfunction(1)
ERROR 42883: function nosuchfunction(integer) does not exist

> SELECT upper()
ERROR 42883: function upper() does not exist

> SELECT left('a')
ERROR 42883: function left(unknown) does not exist

> SELECT repeat('x', -1), repeat('', 5)
repeat|repeat
|

> CREATE TABLE s (v varchar(3), c char(4), t text)
OK 0

> INSERT INTO s VALUES ('abc', 'ab', 'long text')
OK 1

> INSERT INTO s VALUES ('abcd', 'ab', 'x')
ERROR 22001: value too long for type character varying(3)

> INSERT INTO s VALUES ('abc   ', 'ab', 'x')
OK 1

> INSERT INTO s VALUES ('x', 'abcde', 'x')
ERROR 22001: value too long for type character(4)

> SELECT v, c, t, length(v), length(c), v || '|', c || '|' FROM s ORDER BY t
v|c|t|length|length|?column?|?column?
abc|ab  |long text|3|2|abc\||ab\|
abc|ab  |x|3|2|abc\||ab\|

> SELECT '\x00ff'::bytea || '\x01'::bytea, length('\x00ff'::bytea), '\x01'::bytea < '\x02'::bytea
?column?|length|?column?
\\x00ff01|2|t

