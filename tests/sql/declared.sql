# What is said twice, or cannot be said.

> create table bad (a int primary key, b int primary key)
ERROR 42P16: multiple primary keys for table "bad" are not allowed

> create table bad (a int null not null)
ERROR 42601: conflicting NULL/NOT NULL declarations for column "a" of table "bad"

> create table bad (a int not null null)
ERROR 42601: conflicting NULL/NOT NULL declarations for column "a" of table "bad"

> create table bad (a int default 1 default 2)
ERROR 42601: multiple default values specified for column "a" of table "bad"

> create table bad (a int generated always as identity generated always as identity)
ERROR 42601: multiple identity specifications for column "a" of table "bad"

> create table bad (a int default 1 generated always as identity)
ERROR 42601: both default and identity specified for column "a" of table "bad"

> create table bad (a serial default 3)
ERROR 42601: multiple default values specified for column "a" of table "bad"

> create table bad (a serial null)
ERROR 42601: conflicting NULL/NOT NULL declarations for column "a" of table "bad"

> create table bad (a int default $1)
ERROR 42P02: there is no parameter $1

> create table bad (a int check (a > $1))
ERROR 42P02: there is no parameter $1

> create table good (a int primary key null)
OK 0

> insert into good values (null)
ERROR 23502: null value in column "a" of relation "good" violates not-null constraint

> select $1
ERROR 42P02: there is no parameter $1

> insert into good values ($1)
ERROR 42P02: there is no parameter $1

> drop table good
OK 0

> select interval '178956970 years 8 months'
ERROR 22008: interval out of range

> select interval '3000000000 years'
ERROR 22015: interval field value out of range: "3000000000 years"

> select interval '2147483648 months'
ERROR 22015: interval field value out of range: "2147483648 months"

> select quote_ident('user'), quote_ident('coalesce'), quote_ident('year'), quote_ident('A')
quote_ident|quote_ident|quote_ident|quote_ident
"user"|"coalesce"|year|"A"


> select interval '178956970 years 7 months', interval '2 years 3 months ago'
interval|interval
178956970 years 7 mons|-2 years -3 mons

> select interval '1 decade 2147483647 years'
ERROR 22015: interval field value out of range: "1 decade 2147483647 years"

> select interval '0.1 yrs 2147483647 months'
ERROR 22015: interval field value out of range: "0.1 yrs 2147483647 months"

