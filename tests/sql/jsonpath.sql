> SELECT '$'::jsonpath, 'strict $.a'::jsonpath, 'lax $."a b".*[*]'::jsonpath
jsonpath|jsonpath|jsonpath
$|strict $."a"|$."a b".*[*]

> SELECT '$.a.**{2 to last}.b ? (@.x >= 123 || !(@.y == "q") && exists (@.z))'::jsonpath
jsonpath
$."a".**{2 to last}."b"?(@."x" >= 123 \|\| !(@."y" == "q") && exists (@."z"))

> SELECT '((($ + 1)).a + ((2)).b ? ((((@ > 1)) || (exists(@.c)))))'::jsonpath, '$--+1'::jsonpath, '(-+$.a.b).c'::jsonpath
jsonpath|jsonpath|jsonpath
(($ + 1)."a" + (2)."b"?(@ > 1 \|\| exists (@."c")))|($ - -1)|(-(+$."a"."b"))."c"

> SELECT '$ ? (@ like_regex "p.*" flag "xqi" || @ starts with $v || (@ > 1) is unknown)'::jsonpath
jsonpath
$?((@ like_regex "p.*" flag "ixq" \|\| @ starts with $"v") \|\| (@ > 1) is unknown)

> SELECT '1.'::jsonpath, '.1e1'::jsonpath, '1.2.e'::jsonpath, '"\x50\u0067\u{53}\n"'::jsonpath
jsonpath|jsonpath|jsonpath|jsonpath
1|1|(1.2)."e"|"PgS\\n"

> SELECT ''::jsonpath
ERROR 22P02: invalid input syntax for type jsonpath: ""

> SELECT '$.'::jsonpath
ERROR 42601: syntax error at end of jsonpath input

> SELECT 'last'::jsonpath
ERROR 42601: LAST is allowed only in array subscripts

> SELECT '@ + 1'::jsonpath
ERROR 42601: @ is not allowed in root expressions

> SELECT '1a'::jsonpath
ERROR 42601: trailing junk after numeric literal at or near "1a" of jsonpath input

> SELECT '$ ? (1)'::jsonpath
ERROR 42601: syntax error at or near ")" of jsonpath input

> SELECT '{"a": 12}'::jsonb @? '$.a', '{"a": 12}'::jsonb @? '$.b', '{"a": 12}'::jsonb @? 'strict $.b', '[]'::jsonb @? '$[0]'
?column?|?column?|?column?|?column?
t|f|\N|f

> SELECT '{"a": [1, 2, 3]}'::jsonb @@ '$.a[*] > 2', '{"a": [1, 2, 3]}'::jsonb @@ '$.a[*] > 5', '{"a": [1]}'::jsonb @@ '$.a'
?column?|?column?|?column?
t|f|\N

> SELECT jsonb_path_query('{"a": [1, 2, {"b": [3, 4]}], "c": null}', '$.**')
jsonb_path_query
{"a": [1, 2, {"b": [3, 4]}], "c": null}
[1, 2, {"b": [3, 4]}]
1
2
{"b": [3, 4]}
[3, 4]
3
4
null

> SELECT jsonb_path_query('[1, 2, 3, "x", [4]]', '$[last], $[0]')
ERROR 42601: syntax error at or near "," of jsonpath input

> SELECT jsonb_path_query('[1, 2, 3, "x", [4]]', '$[last, 0 to 1, -1, 3.7]')
jsonb_path_query
[4]
1
2
"x"

> SELECT jsonb_path_query('[1, 2, 3]', 'strict $[5]')
ERROR 22033: jsonpath array subscript is out of bounds

> SELECT jsonb_path_query('[1, 2, 3]', '$[5]')
jsonb_path_query

> SELECT jsonb_path_query('{"a": 1}', 'strict $.b')
ERROR 2203A: JSON object does not contain key "b"

> SELECT jsonb_path_query('1', 'strict $[*]')
ERROR 22039: jsonpath wildcard array accessor can only be applied to an array

> SELECT jsonb_path_query('1', 'strict $.*')
ERROR 2203C: jsonpath wildcard member accessor can only be applied to an object

> SELECT jsonb_path_query('{"a": "x"}', '$.a + 1')
ERROR 22038: left operand of jsonpath operator + is not a single numeric value

> SELECT jsonb_path_query('{"a": [2, 3]}', '-$.a')
jsonb_path_query
-2
-3

> SELECT jsonb_path_query('{"a": ["x"]}', '-$.a')
ERROR 2203B: operand of unary jsonpath operator - is not a numeric value

> SELECT jsonb_path_query('{"a": 7}', '$.a / 0')
ERROR 22012: division by zero

> SELECT jsonb_path_query('{"a": 7}', '$.a / 0', '{}', true)
jsonb_path_query

> SELECT jsonb_path_query_array('[1, 2.5, "3", -4.5, null, true, {"k": [1]}]', '$[*].type()')
jsonb_path_query_array
["number", "number", "string", "number", "null", "boolean", "object"]

> SELECT jsonb_path_query_array('[1, 2.5, -4.5]', '$[*].floor()'), jsonb_path_query_array('[2.5, -4.5]', '$.ceiling()'), jsonb_path_query_array('[-4.5, "2.50"]', '$[*].double()')
jsonb_path_query_array|jsonb_path_query_array|jsonb_path_query_array
[1, 2, -5]|[3, -4]|[-4.5, 2.5]

> SELECT jsonb_path_query('[[1, 2], {}]', '$.size()'), jsonb_path_query('{}', '$.size()')
jsonb_path_query|jsonb_path_query
2|1

> SELECT jsonb_path_query('{}', 'strict $.size()')
ERROR 22039: jsonpath item method .size() can only be applied to an array

> SELECT jsonb_path_query('{"b": 1, "a": [2]}', '$.keyvalue().key')
jsonb_path_query
"a"
"b"

> SELECT jsonb_path_query('[1, "x", null]', '$[*] ? (@ == $v)', '{"v": null}')
jsonb_path_query
null

> SELECT jsonb_path_query('[1]', '$[*] ? (@ == $v)')
ERROR 42704: could not find jsonpath variable "v"

> SELECT jsonb_path_query('[1]', '$', '[]')
ERROR 22023: "vars" argument is not an object

> SELECT jsonb_path_query('["abc", "Abd", "b\nabc", 1]', '$[*] ? (@ starts with "ab")')
jsonb_path_query
"abc"

> SELECT jsonb_path_query('["abc", "Abd", "b\nabc", 1]', '$[*] ? (@ like_regex "^ab.$" flag "im")')
jsonb_path_query
"abc"
"Abd"
"b\\nabc"

> SELECT jsonb_path_query('["a.c", "abc"]', '$[*] ? (@ like_regex "a.c" flag "q")')
jsonb_path_query
"a.c"

> SELECT jsonb_path_query('[1, "x", {"a": 3}]', '$[*] ? ((@ < 2) is unknown)')
jsonb_path_query
"x"
{"a": 3}

> SELECT jsonb_path_query_first('[1, 2, 3]', '$[*] ? (@ > 1)'), jsonb_path_query_first('[1]', '$[*] ? (@ > 1)')
jsonb_path_query_first|jsonb_path_query_first
2|\N

> SELECT jsonb_path_match('{"a": 1}', '$.a == 1'), jsonb_path_match('{"a": 1}', '$.a > "x"'), jsonb_path_match('{"a": 1}', '$.a', '{}', true)
jsonb_path_match|jsonb_path_match|jsonb_path_match
t|\N|\N

> SELECT jsonb_path_match('{"a": 1}', '$.a')
ERROR 22038: single boolean result is expected

> SELECT jsonb_path_exists('{"a": [1, 2]}', '$.a[*] ? (@ > $x)', '{"x": 1}')
jsonb_path_exists
t

> SELECT count(*) FROM generate_series(1, 20) g WHERE jsonb_build_object('n', g) @@ '$.n % 3 == 0'
count
6

> SELECT jsonb_path_query('{"a": {"b": 1}, "c": {"b": 2}}', '$.*.b')
jsonb_path_query
1
2

> SELECT jsonb_path_query('[[1, 2], [3]]', 'lax $[*][*]'), jsonb_path_query('[1, [2]]', '$[*] ? (@[*] == 2)')
jsonb_path_query|jsonb_path_query
1|2
2|\N
3|\N

> CREATE TABLE part (id int, j jsonb)
OK 0

> INSERT INTO part VALUES (1, '{}'), (2, '{"a": [0]}'), (3, NULL)
OK 3

> UPDATE part SET j['a'][2] = '1', j['b'] = '"x"' WHERE id < 3
OK 2

> UPDATE part SET j[1]['k'] = NULL WHERE id = 3
OK 1

> SELECT * FROM part ORDER BY id
id|j
1|{"a": [null, null, 1], "b": "x"}
2|{"a": [0, null, 1], "b": "x"}
3|[null, {"k": null}]

> UPDATE part SET j['a'][-1]['deep'] = '1' WHERE id = 1
ERROR 22023: cannot replace existing key

> UPDATE part SET j['a'][-9] = '1' WHERE id = 1
ERROR 22023: path element at position 2 is out of range: -9

> UPDATE part SET j['a']['x'] = '1' WHERE id = 1
ERROR 22P02: path element at position 2 is not an integer: "x"

> UPDATE part SET j[NULL] = '1'
ERROR 22004: jsonb subscript in assignment must not be null

> UPDATE part SET j[1:2] = '1'
ERROR 42804: jsonb subscript does not support slices

> INSERT INTO part (id, j['q']) VALUES (4, '[true]')
OK 1

> UPDATE part SET j[id] = to_jsonb(id) WHERE id = 4
OK 1

> SELECT j FROM part WHERE id = 4
j
{"4": 4, "q": [true]}

