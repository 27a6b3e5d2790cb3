# Reading and printing.
> SELECT '{"b":1, "a": [1, 2.50, {"x":null}], "b": 2}'::jsonb, '{"b":1, "a": [1, 2.50],  "b": 2}'::json
jsonb|json
{"a": [1, 2.50, {"x": null}], "b": 2}|{"b":1, "a": [1, 2.50],  "b": 2}

> SELECT '"a\u00e4\n\"\\"'::jsonb, 'null'::jsonb, ' true '::jsonb, '1e3'::jsonb, '-0.10'::jsonb
jsonb|jsonb|jsonb|jsonb|jsonb
"aä\\n\\"\\\\"|null|true|1000|-0.10

> SELECT '{"a":}'::json
ERROR 22P02: invalid input syntax for type json

> SELECT '[1,]'::jsonb
ERROR 22P02: invalid input syntax for type json

> SELECT '"\u0000"'::jsonb
ERROR 22P05: unsupported Unicode escape sequence

> SELECT '"\ud83d"'::jsonb
ERROR 22P02: invalid input syntax for type json

> SELECT '01'::json
ERROR 22P02: invalid input syntax for type json

> SELECT ''::jsonb
ERROR 22P02: invalid input syntax for type json

# Operators.
> SELECT '{"a":{"b":[1,2]}}'::jsonb -> 'a', '{"a":{"b":[1,2]}}'::jsonb -> 'a' -> 'b' -> 1, '[10,20]'::jsonb -> -1, '{"a":"x"}'::jsonb ->> 'a', '{"a":null}'::jsonb ->> 'a', '[1]'::jsonb -> 'a'
?column?|?column?|?column?|?column?|?column?|?column?
{"b": [1, 2]}|2|20|x|\N|\N

> SELECT '{"a":{"b":[1,2]}}'::jsonb #> '{a,b,0}', '{"a":{"b":["q"]}}'::jsonb #>> '{a,b,0}', '{"a":1}'::jsonb #> '{}'
?column?|?column?|?column?
1|q|{"a": 1}

> SELECT '{"a": {"b" :[1,  2]}}'::json -> 'a', '{"a": [1,  2]}'::json -> 'a' ->> 1, '{"a":"q\n"}'::json ->> 'a', '{"a":{"b":7}}'::json #>> '{a,b}'
?column?|?column?|?column?|?column?
{"b" :[1,  2]}|2|q\n|7

> SELECT '{"a":1,"b":2}'::jsonb @> '{"b":2}', '[1,2,3]'::jsonb @> '[3,1]', '{"a":1}'::jsonb <@ '{"a":1,"b":2}', '[1,[2]]'::jsonb @> '[[2]]', '"x"'::jsonb @> '"x"'
?column?|?column?|?column?|?column?|?column?
t|t|t|t|t

> SELECT '{"a":1}'::jsonb ? 'a', '["a","b"]'::jsonb ? 'b', '{"a":1}'::jsonb ?| ARRAY['x','a'], '{"a":1}'::jsonb ?& ARRAY['x','a']
?column?|?column?|?column?|?column?
t|t|t|f

> SELECT '{"a":1}'::jsonb || '{"b":2,"a":3}', '[1]'::jsonb || '2', '{"a":1}'::jsonb || '[2]'
?column?|?column?|?column?
{"a": 3, "b": 2}|[1, 2]|[{"a": 1}, 2]

> SELECT '{"a":1,"b":2}'::jsonb - 'a', '["a","b","a"]'::jsonb - 'a', '[1,2,3]'::jsonb - 1, '[1,2,3]'::jsonb - -1, '{"a":1,"b":2,"c":3}'::jsonb - ARRAY['a','c'], '{"a":{"b":1,"c":2}}'::jsonb #- '{a,b}'
?column?|?column?|?column?|?column?|?column?|?column?
{"b": 2}|["b"]|[1, 3]|[1, 2]|{"b": 2}|{"a": {"c": 2}}

> SELECT '1'::jsonb - 'a'
ERROR 22023: cannot delete from scalar

> SELECT '{"a":1}'::jsonb = '{"a":1.0}', '[1,2]'::jsonb < '[1,3]', '{}'::jsonb > '[]', 'null'::jsonb < '"a"', '[]'::jsonb < 'null'
?column?|?column?|?column?|?column?|?column?
t|t|t|t|t

> SELECT ('{"a":{"b":5}}'::jsonb)['a']['b'], ('[1,2]'::jsonb)[1]
jsonb|jsonb
5|2

# Functions.
> SELECT to_json('a"b'::text), to_jsonb(1.50), to_jsonb(true), to_json(ARRAY[1,NULL]), to_jsonb(ARRAY[[1,2],[3,4]]), to_json(DATE '2020-02-01'), to_json(TIMESTAMP '2020-02-01 10:00'), to_jsonb(NULL::int)
to_json|to_jsonb|to_jsonb|to_json|to_jsonb|to_json|to_json|to_jsonb
"a\\"b"|1.50|true|[1,null]|[[1, 2], [3, 4]]|"2020-02-01"|"2020-02-01T10:00:00"|\N

> SELECT json_build_array(1, 'a', NULL, true, 2.50), json_build_object('a', 1, 'b', ARRAY[1,2]), jsonb_build_object('b', 1, 'a', NULL), jsonb_build_array(), json_build_object()
json_build_array|json_build_object|jsonb_build_object|jsonb_build_array|json_build_object
[1, "a", null, true, 2.50]|{"a" : 1, "b" : [1,2]}|{"a": null, "b": 1}|[]|{}

> SELECT json_build_object('a')
ERROR 22023: argument list must have even number of elements

> SELECT jsonb_build_object(NULL, 1)
ERROR 22023: argument 1: key must not be null

> SELECT json_object('{a,1,b,NULL}'), json_object('{{a,1},{b,2}}'), jsonb_object('{a,b}', '{1,2}')
json_object|json_object|jsonb_object
{"a" : "1", "b" : null}|{"a" : "1", "b" : "2"}|{"a": "1", "b": "2"}

> SELECT json_object('{a,b,c}')
ERROR 2202E: array must have even number of elements

> SELECT json_typeof('[1]'), jsonb_typeof('1.5'), jsonb_typeof('null'), json_array_length('[1,[2,3]]'), jsonb_array_length('[]')
json_typeof|jsonb_typeof|jsonb_typeof|json_array_length|jsonb_array_length
array|number|null|2|0

> SELECT jsonb_array_length('{"a":1}')
ERROR 22023: cannot get array length of a non-array

> SELECT jsonb_pretty('{"a":[1,{"b":2}],"c":{}}')
jsonb_pretty
{\n    "a": [\n        1,\n        {\n            "b": 2\n        }\n    ],\n    "c": {\n    }\n}

> SELECT jsonb_strip_nulls('{"a":1,"b":null,"c":[2,null,{"d":null}]}'), json_strip_nulls('{"a":1, "b":null, "c":[2,null]}')
jsonb_strip_nulls|json_strip_nulls
{"a": 1, "c": [2, null, {}]}|{"a":1,"c":[2,null]}

> SELECT jsonb_set('{"a":[1,2]}', '{a,0}', '9'), jsonb_set('{"a":1}', '{b}', '2'), jsonb_set('{"a":1}', '{b}', '2', false), jsonb_set('[1,2]', '{-1}', '"x"'), jsonb_set('[1]', '{5}', '2')
jsonb_set|jsonb_set|jsonb_set|jsonb_set|jsonb_set
{"a": [9, 2]}|{"a": 1, "b": 2}|{"a": 1}|[1, "x"]|[1, 2]

> SELECT jsonb_set('{"a":[1]}', '{a,x}', '2')
ERROR 22P02: path element at position 2 is not an integer: "x"

> SELECT jsonb_set('1', '{a}', '2')
ERROR 22023: cannot set path in scalar

> SELECT jsonb_insert('{"a":[0,1,2]}', '{a,1}', '"new"'), jsonb_insert('{"a":[0,1,2]}', '{a,1}', '"new"', true), jsonb_insert('{"a":1}', '{b}', '2')
jsonb_insert|jsonb_insert|jsonb_insert
{"a": [0, "new", 1, 2]}|{"a": [0, 1, "new", 2]}|{"a": 1, "b": 2}

> SELECT jsonb_insert('{"a":1}', '{a}', '2')
ERROR 22023: cannot replace existing key

> SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL), jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, true, 'delete_key'), jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'return_target')
jsonb_set_lax|jsonb_set_lax|jsonb_set_lax
{"a": 1, "b": null}|{"a": 1}|{"a": 1}

> SELECT jsonb_extract_path('{"a":{"b":[7]}}', 'a', 'b', '0'), jsonb_extract_path_text('{"a":"x"}', 'a'), json_extract_path_text('{"a":{"b":"y"}}', 'a', 'b')
jsonb_extract_path|jsonb_extract_path_text|json_extract_path_text
7|x|y

> SELECT '1'::jsonb::int, '1.6'::jsonb::int, 'true'::jsonb::boolean, '"x"'::jsonb::text, '{"a":1}'::json::jsonb, '[1,2]'::jsonb::json
int4|int4|bool|text|jsonb|json
1|2|t|"x"|{"a": 1}|[1, 2]

> SELECT '"1"'::jsonb::int
ERROR 22023: cannot cast jsonb string to type integer

# In tables.
> CREATE TABLE j (id int PRIMARY KEY, b jsonb, t json)
OK 0

> INSERT INTO j VALUES (1, '{"k":1,"s":"x"}', '{"k": 1}'), (2, '[1,2]', '[]'), (3, '{"k":1.0,"s":"x"}', NULL), (4, '"str"', '1')
OK 4

> SELECT id, b, t FROM j ORDER BY b, id
id|b|t
4|"str"|1
2|[1, 2]|[]
1|{"k": 1, "s": "x"}|{"k": 1}
3|{"k": 1.0, "s": "x"}|\N

> SELECT id FROM j WHERE b ->> 's' = 'x' ORDER BY id
id
1
3

> SELECT b, count(*) FROM j GROUP BY b ORDER BY b
b|count
"str"|1
[1, 2]|1
{"k": 1, "s": "x"}|2

> CREATE INDEX j_b ON j (b)
OK 0

> SELECT id FROM j WHERE b = '{"k":1,"s":"x"}' ORDER BY id
id
1
3

> UPDATE j SET b = jsonb_set(b, '{k}', '5') WHERE id = 1 RETURNING b
b
{"k": 5, "s": "x"}

> SELECT json_agg(id ORDER BY id), jsonb_agg(b ORDER BY id) FROM j
json_agg|jsonb_agg
[1, 2, 3, 4]|[{"k": 5, "s": "x"}, [1, 2], {"k": 1.0, "s": "x"}, "str"]

> SELECT json_object_agg(id, b ->> 's' ORDER BY id), jsonb_object_agg(id, b) FROM j
json_object_agg|jsonb_object_agg
{ "1" : "x", "2" : null, "3" : "x", "4" : null }|{"1": {"k": 5, "s": "x"}, "2": [1, 2], "3": {"k": 1.0, "s": "x"}, "4": "str"}

> SELECT json_agg(id), jsonb_object_agg(id, id) FROM j WHERE false
json_agg|jsonb_object_agg
\N|\N

> SELECT jsonb_object_agg(NULL, 1)
ERROR 22023: field name must not be null

> SELECT t FROM j ORDER BY t
ERROR 42883: could not identify an ordering operator for type json

> SELECT DISTINCT b FROM j WHERE id IN (1, 2) ORDER BY 1
b
[1, 2]
{"k": 5, "s": "x"}

