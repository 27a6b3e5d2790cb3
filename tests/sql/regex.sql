> SELECT 'foobar' ~ 'o+b', 'foobar' ~ 'O', 'foobar' ~* 'OB', 'foobar' !~ 'x', 'foobar' !~* 'OB', 'abc' ~ '^b', NULL ~ 'a'
?column?|?column?|?column?|?column?|?column?|?column?|?column?
t|f|t|t|f|f|\N

> SELECT 'abc' SIMILAR TO 'abc', 'abc' SIMILAR TO 'a', 'abc' SIMILAR TO '%(b|d)%', 'abc' NOT SIMILAR TO 'a_c', 'a%c' SIMILAR TO 'a#%c' ESCAPE '#', 'abcd' SIMILAR TO '[a-c]+d'
?column?|?column?|?column?|?column?|?column?|?column?
t|f|t|f|t|t

> SELECT substring('foobar' FROM 'o(.)b'), substring('foobar' FROM 'o.b'), substring('foobar' FROM 'z'), substring('foobar' FROM '%#"o_b#"%' FOR '#')
substring|substring|substring|substring
o|oob|\N|oob

> SELECT regexp_match('foobarbequebaz', 'bar.*que'), regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_match('abc', 'd'), regexp_match('ABC', '(b)', 'i')
regexp_match|regexp_match|regexp_match|regexp_match
{barbeque}|{bar,beque}|\N|{B}

> SELECT regexp_match('abc', 'b', 'g')
ERROR 22023: regexp_match() does not support the "global" option

> SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i'), regexp_replace('abc', 'b', '[\&]')
regexp_replace|regexp_replace|regexp_replace|regexp_replace|regexp_replace|regexp_replace
fooXbaz|fooXX|fooXarYXazY|X PXstgrXSQL fXnctXXn|A PostgrXSQL function|a[b]c

> SELECT regexp_replace('abc', '', '-', 'g'), regexp_replace('abc', 'x*', '-', 'g')
regexp_replace|regexp_replace
-a-b-c-|-a-b-c-

> SELECT regexp_split_to_array('the quick  brown', '\s+'), regexp_split_to_array('abc', ''), regexp_split_to_array('a,b,c', ','), regexp_split_to_array('abc', 'x')
regexp_split_to_array|regexp_split_to_array|regexp_split_to_array|regexp_split_to_array
{the,quick,brown}|{a,b,c}|{a,b,c}|{abc}

> SELECT regexp_count('ABCABCAXYaxy', 'A.'), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i'), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i'), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i', 2), regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i'), regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2), regexp_like('Hello', 'l{2}')
regexp_count|regexp_count|regexp_instr|regexp_instr|regexp_substr|regexp_substr|regexp_like
3|4|3|5|CDEF|EF|t

> SELECT 'XY1234Z' ~ 'Y*?([0-9]{1,3})', substring('XY1234Z' FROM 'Y*([0-9]{1,3})'), substring('XY1234Z' FROM 'Y*?([0-9]{1,3})')
?column?|substring|substring
t|123|1

> SELECT 'a1b' ~ '\d', 'a b' ~ '\s', 'a_b' ~ '^\w+$', 'word' ~ '\mword\M', 'x]y' ~ '[]]', 'a-b' ~ '[a-]b', 'é' ~ '^.$', 'ab' ~ 'a(?=b)', 'ab' ~ 'a(?!b)', 'ab' ~ '(?<=a)b', 'ab' ~ '(?<!a)b'
?column?|?column?|?column?|?column?|?column?|?column?|?column?|?column?|?column?|?column?|?column?
t|t|t|t|t|t|t|t|f|t|f

> SELECT 'abab' ~ '^(ab)\1$', 'abba' ~ '^(ab)\1$', 'a' ~ '(?i)A', 'a+b' ~ '***=a+b', E'a\nb' ~ '(?n)^b$', E'a\nb' ~ '^b$'
?column?|?column?|?column?|?column?|?column?|?column?
t|f|t|t|t|f

> SELECT 'abc' ~ '('
ERROR 2201B: invalid regular expression: parentheses () not balanced

> SELECT 'abc' ~ '[a'
ERROR 2201B: invalid regular expression: brackets [] not balanced

> SELECT 'abc' ~ 'a**'
ERROR 2201B: invalid regular expression: quantifier operand invalid

> SELECT 'abc' ~ 'a{2,1}'
ERROR 2201B: invalid regular expression: invalid repetition count(s)

> SELECT 'abc' ~ '*a'
ERROR 2201B: invalid regular expression: quantifier operand invalid

> SELECT 'abc' ~ '[[:foo:]]'
ERROR 2201B: invalid regular expression: invalid character class

> SELECT 'abc' ~ '(a)\2'
ERROR 2201B: invalid regular expression: invalid backreference number

> SELECT regexp_replace('abc', 'b', 'x', 'z')
ERROR 22023: invalid regular expression option: "z"

> CREATE TABLE r (t text)
OK 0

> INSERT INTO r VALUES ('apple'), ('Banana'), ('cherry'), (NULL)
OK 4

> SELECT t FROM r WHERE t ~ 'an' ORDER BY t
t
Banana

> SELECT t, regexp_replace(t, '([aeiou])', '<\1>', 'g') FROM r ORDER BY t
t|regexp_replace
Banana|B<a>n<a>n<a>
apple|<a>ppl<e>
cherry|ch<e>rry
\N|\N

> SELECT t FROM r WHERE t !~* '^b' ORDER BY t
t
apple
cherry

