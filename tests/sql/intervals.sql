-- Fields and precision of intervals, and how numbers without units are read.

> SELECT interval '1' year, interval '2' month, interval '3' day, interval '4' hour, interval '5' minute, interval '6' second
interval|interval|interval|interval|interval|interval
1 year|2 mons|3 days|04:00:00|00:05:00|00:00:06

> SELECT interval '1' year to month, interval '1-2' year to month, interval '1 2' day to hour, interval '1 2:03' day to hour, interval '1 2:03:04' day to hour
interval|interval|interval|interval|interval
1 mon|1 year 2 mons|1 day 02:00:00|1 day 02:00:00|1 day 02:00:00

> SELECT interval '1 2' day to minute
ERROR 22007: invalid input syntax for type interval: "1 2"

> SELECT interval '1 2:03' day to minute, interval '1 2:03:04' day to second, interval '1 2:03' minute to second, interval '1 +2:03' minute to second, interval '1 -2:03:04' minute to second
interval|interval|interval|interval|interval
1 day 02:03:00|1 day 02:03:04|1 day 00:02:03|1 day 00:02:03|1 day -02:03:04

> SELECT interval '123 11' day to hour
interval
123 days 11:00:00

> SELECT interval '123 11' day
ERROR 22007: invalid input syntax for type interval: "123 11"

> SELECT interval(0) '1 day 01:23:45.6789', interval(2) '1 day 01:23:45.6789', interval '12:34.5678' minute to second(2), interval '1.234' second(2)
interval|interval|interval|interval
1 day 01:23:46|1 day 01:23:45.68|00:12:34.57|00:00:01.23

> SELECT interval '1 2.345' day to second(2)
ERROR 22007: invalid input syntax for type interval: "1 2.345"

> SELECT interval '1 2:03.4567' day to second(2), interval '1 2:03:04.5678' hour to second(2)
interval|interval
1 day 00:02:03.46|1 day 02:03:04.57

> SELECT '14 mons 15 days 02:03:04'::interval year, '14 mons 15 days 02:03:04'::interval month, '14 mons 15 days 02:03:04'::interval day, '15 days 02:03:04'::interval hour, '15 days 02:03:04'::interval day to minute, '15 days 02:03:04'::interval second
interval|interval|interval|interval|interval|interval
1 year|1 year 2 mons|1 year 2 mons 15 days|15 days 02:00:00|15 days 02:03:00|15 days 02:03:04

> SELECT '4 millenniums 5 centuries 4 decades 1 year 4 months 4 days 17 minutes 31 seconds'::interval
interval
4541 years 4 mons 4 days 00:17:31

> SELECT '5.5 seconds 3 milliseconds'::interval
ERROR 22007: invalid input syntax for type interval: "5.5 seconds 3 milliseconds"

> SELECT '1:20:05 5 microseconds'::interval
ERROR 22007: invalid input syntax for type interval: "1:20:05 5 microseconds"

> SELECT '1 2 hours'::interval, '3 4:05'::interval, '-9223372036854775808 microseconds'::interval
interval|interval|interval
1 day 02:00:00|3 days 04:05:00|-2562047788:00:54.775808

> SELECT interval 'P00021015T103020', interval 'P0002-10-15T10:30:20', interval 'P0002', interval 'P0002-10', interval 'P0002T10', interval 'P0002-10T10:30', interval 'P10.5e4Y', interval 'P-1Y2M3DT-4H5M6.5S'
interval|interval|interval|interval|interval|interval|interval|interval
2 years 10 mons 15 days 10:30:20|2 years 10 mons 15 days 10:30:20|2 years|2 years 10 mons|2 years 10:00:00|2 years 10 mons 10:30:00|105000 years|-10 mons +3 days -03:54:53.5

> SELECT interval 'PT2562047788.0152155019444', interval 'PT-10:30:20'
interval|interval
2562047788:00:54.775429|-09:29:40

> SELECT interval 'P2147483648'
ERROR 22015: interval field value out of range: "P2147483648"

> SELECT interval 'P1Y2M3DT4H5M6S7'
ERROR 22007: invalid input syntax for type interval: "P1Y2M3DT4H5M6S7"

> SELECT interval '2562047788.1:0:54.775807'
ERROR 22015: interval field value out of range: "2562047788.1:0:54.775807"

> SELECT interval '2562047788:0.1:54.775807'
ERROR 22007: invalid input syntax for type interval: "2562047788:0.1:54.775807"

> SELECT justify_interval(interval '2147483647 days 24 hrs'), justify_interval(interval '-2147483648 days -24 hrs'), justify_interval(interval '1 month -1 hour')
justify_interval|justify_interval|justify_interval
5965232 years 4 mons 8 days|-5965232 years -4 mons -9 days|29 days 23:00:00

> CREATE TABLE spans (id int PRIMARY KEY, ym interval year to month, ds interval day to second(1), plain interval)
OK 0

> INSERT INTO spans VALUES (1, '1 year 2 mons 3 days', '4 days 05:06:07.89', '8'), (2, '9', '10 11', '12 13:14')
ERROR 22007: invalid input syntax for type interval: "10 11"

> SELECT * FROM spans ORDER BY id
id|ym|ds|plain

> SELECT attname, format_type(atttypid, atttypmod), atttypmod FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = 'spans') AND attnum > 0 ORDER BY attnum
attname|format_type|atttypmod
id|integer|-1
ym|interval year to month|458751
ds|interval day to second(1)|470286337
plain|interval|-1

> SELECT interval $$1$$ hour
interval
01:00:00

> SELECT 1 AS interval, '2 days'::interval AS "day"
interval|day
1|2 days

> SELECT - interval '1 day' * 2, interval '1 day' > interval '23 hours', timestamp '2024-01-31' + interval '1' month
?column?|?column?|?column?
-2 days|t|2024-02-29 00:00:00

> DROP TABLE spans
OK 0

> SET IntervalStyle TO postgres_verbose
OK 0

> SELECT interval '1 year 2 mons -3 days 04:05:06.7', interval '-10 mons -3 days +03:55:06.70', interval '0', interval '1 sec', interval '-1 min'
interval|interval|interval|interval|interval
@ 1 year 2 mons -3 days 4 hours 5 mins 6.7 secs|@ 10 mons 3 days -3 hours -55 mins -6.7 secs ago|@ 0|@ 1 sec|@ 1 min ago

> SELECT 'is ' || interval '1 day 1.5 secs', (interval '-2 hours')::varchar
?column?|varchar
is @ 1 day 1.5 secs|@ 2 hours ago

> SET IntervalStyle TO sql_standard
OK 0

> SELECT interval '0', interval '1-2' year to month, interval '1 2:03:04', interval '-1-2' year to month, interval '5 secs'
interval|interval|interval|interval|interval
0|1-2|1 2:03:04|-1-2|0:00:05

> SELECT interval '1 day -1 hours', interval '1 years 2 months -3 days 4 hours 5 minutes 6.789 seconds', interval '1 year 1 sec'
interval|interval|interval
+0-0 +1 -1:00:00|+1-2 -3 +4:05:06.789|+1-0 +0 +0:00:01

> SET IntervalStyle TO iso_8601
OK 0

> SELECT interval '0', interval '1-2', interval '1 2:03:04', interval '2:3:4.45679', interval '1 year 2 mons -3 days -04:05:06.7', interval '-0.5 secs'
interval|interval|interval|interval|interval|interval
PT0S|P1Y2M|P1DT2H3M4S|PT2H3M4.45679S|P1Y2M-3DT-4H-5M-6.7S|PT-0.5S

> SET TimeZone TO 'UTC'
OK 0

> SELECT interval '1 year'
interval
P1Y

> RESET IntervalStyle
OK 0

> SELECT interval '1 year'
interval
1 year

