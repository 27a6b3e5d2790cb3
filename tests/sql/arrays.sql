# Literals and how they print.
> SELECT '{1,2,NULL}'::int[], '{}'::int[], '{{1,2},{3,4}}'::int[], '[0:1]={a,b}'::text[]
int4|int4|int4|text
{1,2,NULL}|{}|{{1,2},{3,4}}|[0:1]={a,b}

> SELECT '{"a b",c\,d,"e\"f",null,"null",""}'::text[]
text
{"a b","c,d","e\\"f",NULL,"null",""}

> SELECT ' { x , " y " } '::text[]
text
{x," y "}

> SELECT ARRAY[1, 2.5, 3], ARRAY['a', 'b c'], ARRAY[ARRAY[1,2],ARRAY[3,4]], ARRAY[]::int[]
array|array|array|array
{1,2.5,3}|{a,"b c"}|{{1,2},{3,4}}|{}

> SELECT ARRAY[1, NULL], ARRAY[NULL], ARRAY[true, false]
array|array|array
{1,NULL}|{NULL}|{t,f}

> SELECT 'abc'::int[]
ERROR 22P02: malformed array literal: "abc"

> SELECT '{1,2'::int[]
ERROR 22P02: malformed array literal: "{1,2"

> SELECT '{1}}'::int[]
ERROR 22P02: malformed array literal: "{1}}"

> SELECT '{{1,2},{3}}'::int[]
ERROR 22P02: malformed array literal: "{{1,2},{3}}"

> SELECT '{a}'::int[]
ERROR 22P02: invalid input syntax for type integer: "a"

> SELECT '[1:2]={1}'::int[]
ERROR 22P02: malformed array literal: "[1:2]={1}"

> SELECT ARRAY[]
ERROR 42P18: cannot determine type of empty array

> SELECT ARRAY[1, 'a']
ERROR 22P02: invalid input syntax for type integer: "a"

> SELECT ARRAY[1, true]
ERROR 42804: ARRAY types integer and boolean cannot be matched

# Subscripts and slices.
> SELECT (ARRAY[10,20,30])[2], (ARRAY[10,20,30])[0], (ARRAY[10,20,30])[NULL::int], (ARRAY[[1,2],[3,4]])[2][1], (ARRAY[[1,2],[3,4]])[1]
array|array|array|array|array
20|\N|\N|3|\N

> SELECT (ARRAY[10,20,30])[2:3], (ARRAY[10,20,30])[:2], (ARRAY[10,20,30])[2:], (ARRAY[[1,2],[3,4]])[1:1], (ARRAY[[1,2],[3,4]])[2:2][1:1]
array|array|array|array|array
{20,30}|{10,20}|{20,30}|{{1,2}}|{{3}}

> SELECT ('[5:7]={1,2,3}'::int[])[6], ('[5:7]={1,2,3}'::int[])[1]
int4|int4
2|\N

# Operators.
> SELECT ARRAY[1,2] || 3, 0 || ARRAY[1,2], ARRAY[1] || ARRAY[2,3], ARRAY[[1,2]] || ARRAY[3,4], ARRAY[1,2] || NULL::int[]
?column?|?column?|?column?|?column?|?column?
{1,2,3}|{0,1,2}|{1,2,3}|{{1,2},{3,4}}|{1,2}

> SELECT ARRAY['a'] || '{b,c}', ARRAY['a'] || 'b'::text
?column?|?column?
{a,b,c}|{a,b}

> SELECT ARRAY[1,2] || ARRAY['a']
ERROR 42883: operator does not exist: integer[] \|\| text[]

> SELECT ARRAY[1,4,3] @> ARRAY[3,1], ARRAY[2,7] <@ ARRAY[1,7,4,2,6], ARRAY[1,4,3] && ARRAY[2,1], ARRAY[1,NULL] @> ARRAY[NULL]::int[]
?column?|?column?|?column?|?column?
t|t|t|f

> SELECT ARRAY[1,2] = ARRAY[1,2], ARRAY[1,2] < ARRAY[1,3], ARRAY[1,2,3] > ARRAY[1,3], ARRAY[1] < ARRAY[1,NULL], ARRAY[NULL]::int[] = ARRAY[NULL]::int[]
?column?|?column?|?column?|?column?|?column?
t|t|f|t|t

> SELECT ARRAY[1] = ARRAY['a']
ERROR 42883: operator does not exist: integer[] = text[]

> SELECT 1 = ANY (ARRAY[1,2]), 3 = ANY ('{1,2}'), 3 = ANY (ARRAY[1,NULL]), 1 <> ALL (ARRAY[2,3]), 1 < ALL (ARRAY[2,NULL]), 5 > ALL ('{}'::int[])
?column?|?column?|?column?|?column?|?column?|?column?
t|f|\N|t|\N|t

> SELECT 'abc' LIKE ANY (ARRAY['x%','a%']), 'abc' ~ ANY (ARRAY['^b','c$'])
?column?|?column?
t|t

> SELECT 1 = ANY (1)
ERROR 42809: op ANY/ALL (array) requires array on right side

# Functions.
> SELECT array_length(ARRAY[1,2,3], 1), array_length(ARRAY[1,2,3], 2), array_length('{}'::int[], 1), cardinality(ARRAY[[1,2],[3,4]]), array_ndims(ARRAY[[1,2]])
array_length|array_length|array_length|cardinality|array_ndims
3|\N|\N|4|2

> SELECT array_lower('[0:2]={1,2,3}'::int[], 1), array_upper('[0:2]={1,2,3}'::int[], 1), array_dims(ARRAY[[1,2,3],[4,5,6]]), array_dims('{}'::int[])
array_lower|array_upper|array_dims|array_dims
0|2|[1:2][1:3]|\N

> SELECT array_append(ARRAY[1,2], 3), array_prepend(0, ARRAY[1,2]), array_cat(ARRAY[1], ARRAY[2]), array_append(NULL::int[], 1)
array_append|array_prepend|array_cat|array_append
{1,2,3}|{0,1,2}|{1,2}|{1}

> SELECT array_position(ARRAY['a','b','c','b'], 'b'), array_position(ARRAY['a','b','c','b'], 'b', 3), array_position(ARRAY[1,NULL], NULL), array_positions(ARRAY['A','A','B','A'], 'A')
array_position|array_position|array_position|array_positions
2|4|2|{1,2,4}

> SELECT array_remove(ARRAY[1,2,3,2], 2), array_remove(ARRAY[1,NULL], NULL), array_replace(ARRAY[1,2,5,4], 5, 3)
array_remove|array_remove|array_replace
{1,3}|{1}|{1,2,3,4}

> SELECT array_to_string(ARRAY[1,2,NULL,5], ','), array_to_string(ARRAY[1,2,NULL,5], ',', '*'), array_to_string(ARRAY[[1,2],[3,4]], '-')
array_to_string|array_to_string|array_to_string
1,2,5|1,2,*,5|1-2-3-4

> SELECT string_to_array('xx~^~yy~^~zz', '~^~', 'yy'), string_to_array('abc', NULL), string_to_array('', ','), string_to_array('a,b', '')
string_to_array|string_to_array|string_to_array|string_to_array
{xx,NULL,zz}|{a,b,c}|{}|{"a,b"}

> SELECT array_fill(7, ARRAY[3]), array_fill(11, ARRAY[2,2], ARRAY[2,3]), array_fill('x'::text, ARRAY[0])
array_fill|array_fill|array_fill
{7,7,7}|[2:3][3:4]={{11,11},{11,11}}|{}

> SELECT trim_array(ARRAY[1,2,3,4,5,6], 2)
trim_array
{1,2,3,4}

> SELECT trim_array(ARRAY[1,2], 3)
ERROR 2202E: number of elements to trim must be between 0 and 2

> SELECT array_fill(1, NULL)
ERROR 22004: dimension array or low bound array cannot be null

> SELECT pg_typeof(ARRAY[1,2]), pg_typeof(ARRAY['a']), pg_typeof('{1}'::numeric[])
pg_typeof|pg_typeof|pg_typeof
integer[]|text[]|numeric[]

# In tables.
> CREATE TABLE a (id int PRIMARY KEY, n int[], t text[], v varchar(3)[] DEFAULT '{x}')
OK 0

> INSERT INTO a VALUES (1, '{1,2,3}', '{a,b}'), (2, ARRAY[4,NULL], NULL), (3, '{}', ARRAY['a b', 'c"d'])
OK 3

> INSERT INTO a (id, v) VALUES (4, '{abcd}')
ERROR 22001: value too long for type character varying(3)

> SELECT * FROM a ORDER BY id
id|n|t|v
1|{1,2,3}|{a,b}|{x}
2|{4,NULL}|\N|{x}
3|{}|{"a b","c\\"d"}|{x}

> SELECT id FROM a WHERE 2 = ANY (n)
id
1

> SELECT id FROM a WHERE n @> '{4}'
id
2

> CREATE UNIQUE INDEX a_n ON a (n)
OK 0

> INSERT INTO a VALUES (5, '{4,NULL}')
ERROR 23505: duplicate key value violates unique constraint "a_n"

> SELECT id, n FROM a WHERE n > '{1}' ORDER BY n DESC
id|n
2|{4,NULL}
1|{1,2,3}

> SELECT n, count(*) FROM a GROUP BY n ORDER BY n
n|count
{}|1
{1,2,3}|1
{4,NULL}|1

> SELECT array_agg(id ORDER BY id DESC), array_agg(n ORDER BY id) FILTER (WHERE id = 1), max(n), min(t) FROM a
array_agg|array_agg|max|min
{3,2,1}|{{1,2,3}}|{4,NULL}|{a,b}

> UPDATE a SET n = n || 9 WHERE id = 1 RETURNING n
n
{1,2,3,9}

> SELECT id FROM a WHERE id = ANY ('{1,3}') ORDER BY id
id
1
3

> SELECT id FROM a WHERE id <> ALL (ARRAY[1,3]) ORDER BY id
id
2

> SELECT ARRAY[1,2]::text[], '{1.5,2}'::float8[]::int[], ARRAY['1','2']::int[]
array|int4|array
{1,2}|{2,2}|{1,2}

> SELECT ARRAY['abcdef']::varchar(3)[]
array
{abc}

