# What clients ask about the schema: pg_catalog and information_schema.

> CREATE TABLE parent (id serial PRIMARY KEY, code varchar(10) NOT NULL, price numeric(8,2) DEFAULT 1.5, at timestamp(3), CONSTRAINT code_key UNIQUE (code))
OK 0

> CREATE TABLE child (a int, b int GENERATED ALWAYS AS IDENTITY, c int GENERATED ALWAYS AS (a * 2) STORED, parent_id int REFERENCES parent ON DELETE CASCADE, tags text[], PRIMARY KEY (a, b), CHECK (a > 0))
OK 0

> CREATE INDEX child_idx ON child (parent_id DESC, a)
OK 0

> CREATE VIEW v AS SELECT id, code FROM parent
OK 0

> CREATE SEQUENCE plain
OK 0

> COMMENT ON TABLE parent IS 'the parent'
OK 0

> COMMENT ON COLUMN parent.code IS 'the code'
OK 0

> SELECT table_name, table_type, is_insertable_into FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1
table_name|table_type|is_insertable_into
child|BASE TABLE|YES
parent|BASE TABLE|YES

> SELECT table_name, column_name, ordinal_position, column_default, is_nullable, data_type, udt_name, character_maximum_length, numeric_precision, numeric_scale, datetime_precision, is_identity, identity_generation, is_generated FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN ('parent', 'child') AND column_name <> 'price' ORDER BY 1, 3
table_name|column_name|ordinal_position|column_default|is_nullable|data_type|udt_name|character_maximum_length|numeric_precision|numeric_scale|datetime_precision|is_identity|identity_generation|is_generated
child|a|1|\N|NO|integer|int4|\N|32|0|\N|NO|\N|NEVER
child|b|2|\N|NO|integer|int4|\N|32|0|\N|YES|ALWAYS|NEVER
child|c|3|\N|YES|integer|int4|\N|32|0|\N|NO|\N|ALWAYS
child|parent_id|4|\N|YES|integer|int4|\N|32|0|\N|NO|\N|NEVER
child|tags|5|\N|YES|ARRAY|_text|\N|\N|\N|\N|NO|\N|NEVER
parent|id|1|nextval('parent_id_seq'::regclass)|NO|integer|int4|\N|32|0|\N|NO|\N|NEVER
parent|code|2|\N|NO|character varying|varchar|10|\N|\N|\N|NO|\N|NEVER
parent|at|4|\N|YES|timestamp without time zone|timestamp|\N|\N|\N|3|NO|\N|NEVER

> SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints WHERE table_schema = 'public' AND constraint_name NOT LIKE '%_not_null' ORDER BY 1, 2
table_name|constraint_name|constraint_type
child|child_a_check|CHECK
child|child_parent_id_fkey|FOREIGN KEY
child|child_pkey|PRIMARY KEY
parent|code_key|UNIQUE
parent|parent_pkey|PRIMARY KEY

> SELECT constraint_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage WHERE table_schema = 'public' ORDER BY 1, 3
constraint_name|column_name|ordinal_position|position_in_unique_constraint
child_parent_id_fkey|parent_id|1|1
child_pkey|a|1|\N
child_pkey|b|2|\N
code_key|code|1|\N
parent_pkey|id|1|\N

> SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule FROM information_schema.referential_constraints
constraint_name|unique_constraint_name|match_option|update_rule|delete_rule
child_parent_id_fkey|parent_pkey|NONE|NO ACTION|CASCADE

> SELECT constraint_name, table_name, column_name FROM information_schema.constraint_column_usage WHERE table_schema = 'public' ORDER BY 1, 3
constraint_name|table_name|column_name
child_a_check|child|a
child_parent_id_fkey|parent|id
child_pkey|child|a
child_pkey|child|b
code_key|parent|code
parent_pkey|parent|id

> SELECT sequence_name, data_type, start_value, minimum_value, maximum_value, increment, cycle_option FROM information_schema.sequences ORDER BY 1
sequence_name|data_type|start_value|minimum_value|maximum_value|increment|cycle_option
parent_id_seq|integer|1|1|2147483647|1|NO
plain|bigint|1|1|9223372036854775807|1|NO

> SELECT c.relname, c.relkind, c.relnatts FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' ORDER BY 1
relname|relkind|relnatts
child|r|5
child_b_seq|S|3
child_idx|i|2
child_pkey|i|2
code_key|i|1
parent|r|4
parent_id_seq|S|3
parent_pkey|i|1
plain|S|3
v|v|2

> SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, a.attnum FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE c.relname = 'child' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
attname|format_type|attnotnull|atthasdef|attidentity|attgenerated|attnum
a|integer|t|f|||1
b|integer|t|f|a||2
c|integer|f|t||s|3
parent_id|integer|f|f|||4
tags|text[]|f|f|||5

> SELECT conname, contype, conkey, confkey, confupdtype, confdeltype, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('p', 'u', 'f') AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'public') ORDER BY conname
conname|contype|conkey|confkey|confupdtype|confdeltype|pg_get_constraintdef
child_parent_id_fkey|f|{4}|{1}|a|c|FOREIGN KEY (parent_id) REFERENCES parent(id) ON DELETE CASCADE
child_pkey|p|{1,2}|\N| | |PRIMARY KEY (a, b)
code_key|u|{2}|\N| | |UNIQUE (code)
parent_pkey|p|{1}|\N| | |PRIMARY KEY (id)

> SELECT i.relname, x.indisunique, x.indisprimary, x.indnatts, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' ORDER BY 1
relname|indisunique|indisprimary|indnatts|pg_get_indexdef
child_idx|f|f|2|CREATE INDEX child_idx ON public.child USING btree (parent_id DESC, a)
child_pkey|t|t|2|CREATE UNIQUE INDEX child_pkey ON public.child USING btree (a, b)
code_key|t|f|1|CREATE UNIQUE INDEX code_key ON public.parent USING btree (code)
parent_pkey|t|t|1|CREATE UNIQUE INDEX parent_pkey ON public.parent USING btree (id)

> SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 2
tablename|indexname|indexdef
child|child_idx|CREATE INDEX child_idx ON public.child USING btree (parent_id DESC, a)
child|child_pkey|CREATE UNIQUE INDEX child_pkey ON public.child USING btree (a, b)
parent|code_key|CREATE UNIQUE INDEX code_key ON public.parent USING btree (code)
parent|parent_pkey|CREATE UNIQUE INDEX parent_pkey ON public.parent USING btree (id)

> SELECT viewname FROM pg_views WHERE schemaname = 'public'
viewname
v

> SELECT tablename, hasindexes FROM pg_tables WHERE schemaname = 'public' ORDER BY 1
tablename|hasindexes
child|t
parent|t

> SELECT obj_description(c.oid), col_description(c.oid, 2), pg_catalog.pg_table_is_visible(c.oid) FROM pg_class c WHERE relname = 'parent'
obj_description|col_description|pg_table_is_visible
the parent|the code|t

> SELECT pg_get_serial_sequence('parent', 'id'), pg_get_serial_sequence('child', 'b'), pg_get_serial_sequence('child', 'a')
pg_get_serial_sequence|pg_get_serial_sequence|pg_get_serial_sequence
public.parent_id_seq|public.child_b_seq|\N

> SELECT pg_get_serial_sequence('nope', 'id')
ERROR 42P01: relation "nope" does not exist

> SELECT format_type(23, NULL), format_type(1043, 14), format_type(1009, -1), format_type(0, -1)
format_type|format_type|format_type|format_type
integer|character varying(10)|text[]|-

> SELECT current_schemas(false), current_schemas(true)
current_schemas|current_schemas
{public}|{pg_catalog,public}

> SELECT typname, typlen, typtype, typcategory FROM pg_type WHERE typname IN ('int4', 'text', '_int4', 'timestamptz', 'bool') ORDER BY 1
typname|typlen|typtype|typcategory
_int4|-1|b|A
bool|1|b|B
int4|4|b|N
text|-1|b|S
timestamptz|8|b|D

> SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'pg_catalog', 'information_schema') ORDER BY 1
nspname
information_schema
pg_catalog
public

> SELECT a.attname AS "column", a.attnotnull AS not_null, c.relname AS "table", typ.typname AS type, dtns.nspname AS type_schema, col_description(a.attrelid, a.attnum) AS description, pg_get_serial_sequence(quote_ident(ns.nspname) || '.' || quote_ident(c.relname), a.attname) AS auto FROM pg_catalog.pg_attribute AS a INNER JOIN pg_catalog.pg_class AS c ON a.attrelid = c.oid INNER JOIN pg_catalog.pg_namespace AS ns ON c.relnamespace = ns.oid INNER JOIN pg_catalog.pg_type AS typ ON a.atttypid = typ.oid INNER JOIN pg_catalog.pg_namespace AS dtns ON typ.typnamespace = dtns.oid WHERE c.relkind IN ('r', 'v', 'p') AND ns.nspname !~ '^pg_' AND ns.nspname != 'information_schema' AND has_schema_privilege(ns.nspname, 'USAGE') AND a.attnum >= 0 AND a.attisdropped != true ORDER BY ns.nspname, c.relname, a.attnum
column|not_null|table|type|type_schema|description|auto
a|t|child|int4|pg_catalog|\N|\N
b|t|child|int4|pg_catalog|\N|public.child_b_seq
c|f|child|int4|pg_catalog|\N|\N
parent_id|f|child|int4|pg_catalog|\N|\N
tags|f|child|_text|pg_catalog|\N|\N
id|t|parent|int4|pg_catalog|\N|public.parent_id_seq
code|t|parent|varchar|pg_catalog|the code|\N
price|f|parent|numeric|pg_catalog|\N|\N
at|f|parent|timestamp|pg_catalog|\N|\N
id|f|v|int4|pg_catalog|\N|\N
code|f|v|varchar|pg_catalog|\N|\N

> CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')
OK 0

> CREATE TABLE moods (m mood, all_of mood[])
OK 0

> SELECT t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid ORDER BY e.enumsortorder
typname|enumlabel
mood|sad
mood|ok
mood|happy

> SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = 'moods' AND a.attnum > 0 ORDER BY a.attnum
attname|format_type
m|mood
all_of|mood[]

> SELECT column_name, data_type, udt_schema, udt_name FROM information_schema.columns WHERE table_name = 'moods' ORDER BY ordinal_position
column_name|data_type|udt_schema|udt_name
m|USER-DEFINED|public|mood
all_of|ARRAY|public|_mood

> SELECT typname, typtype, typcategory FROM pg_type WHERE typname IN ('mood', '_mood') ORDER BY typname DESC
typname|typtype|typcategory
mood|e|E
_mood|b|A

