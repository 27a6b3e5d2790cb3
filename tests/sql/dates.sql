> SELECT '2024-03-10'::date, '20240310'::date, 'March 10, 2024'::date, '10 Mar 2024'::date, 'epoch'::date
date|date|date|date|date
2024-03-10|2024-03-10|2024-03-10|2024-03-10|1970-01-01

> SELECT '2024-03-10 12:34:56'::timestamp, '2024-03-10T12:34:56.123456'::timestamp, '2024-03-10'::timestamp, '2024-03-10 24:00:00'::timestamp
timestamp|timestamp|timestamp|timestamp
2024-03-10 12:34:56|2024-03-10 12:34:56.123456|2024-03-10 00:00:00|2024-03-11 00:00:00

> SELECT '2024-03-10 12:34:56+02'::timestamptz, '2024-03-10 12:34:56Z'::timestamptz, '2024-03-10 12:34:56-05:30'::timestamptz
timestamptz|timestamptz|timestamptz
2024-03-10 10:34:56+00|2024-03-10 12:34:56+00|2024-03-10 18:04:56+00

> SELECT 'infinity'::timestamp, '-infinity'::date, 'infinity'::timestamptz
timestamp|date|timestamptz
infinity|-infinity|infinity

> SELECT '0044-03-15 BC'::date, '0001-01-01'::date, '9999-12-31'::date
date|date|date
0044-03-15 BC|0001-01-01|9999-12-31

> SELECT date '2024-03-10' + 5, date '2024-03-10' - 10, date '2024-03-10' - date '2024-02-10'
?column?|?column?|?column?
2024-03-15|2024-02-29|29

> SELECT timestamp '2024-03-10 00:00' + interval '1 month 2 days 03:04:05', timestamp '2024-03-31' + interval '1 month'
?column?|?column?
2024-04-12 03:04:05|2024-04-30 00:00:00

> SELECT timestamp '2024-03-10 12:00' - timestamp '2024-03-09 10:30', date '2024-03-10' + interval '1 day'
?column?|?column?
1 day 01:30:00|2024-03-11 00:00:00

> SELECT interval '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds', interval '-1 day', interval '90 minutes', interval 'P1Y2M3DT4H5M6S', interval '1-2', interval '3 4:05:06'
interval|interval|interval|interval|interval|interval
1 year 2 mons 3 days 04:05:06.789|-1 days|01:30:00|1 year 2 mons 3 days 04:05:06|1 year 2 mons|3 days 04:05:06

> SELECT interval '1 day' * 3, interval '1 hour' / 2, -interval '1 day', interval '1 month' + interval '30 days'
?column?|?column?|?column?|?column?
3 days|00:30:00|-1 days|1 mon 30 days

> SELECT interval '1 month' = interval '30 days', interval '1 day' < interval '25 hours'
?column?|?column?
t|t

> SELECT extract(year from date '2024-03-10'), extract(month from timestamp '2024-03-10 12:34:56.5'), extract(second from timestamp '2024-03-10 12:34:56.5'), extract(dow from date '2024-03-10'), extract(doy from date '2024-03-10'), extract(epoch from timestamp '1970-01-02')
extract|extract|extract|extract|extract|extract
2024|3|56.500000|0|70|86400.000000

> SELECT extract(week from date '2024-01-01'), extract(quarter from date '2024-05-01'), extract(isodow from date '2024-03-10'), extract(isoyear from date '2023-01-01'), extract(century from date '2000-01-01')
extract|extract|extract|extract|extract
1|2|7|2022|20

> SELECT date_part('hour', timestamp '2024-03-10 12:34:56'), date_part('epoch', interval '1 day 1 hour')
date_part|date_part
12|90000

> SELECT date_trunc('month', timestamp '2024-03-10 12:34:56'), date_trunc('hour', timestamp '2024-03-10 12:34:56'), date_trunc('week', timestamp '2024-03-10'), date_trunc('quarter', timestamp '2024-05-10'), date_trunc('year', date '2024-03-10')
date_trunc|date_trunc|date_trunc|date_trunc|date_trunc
2024-03-01 00:00:00|2024-03-10 12:00:00|2024-03-04 00:00:00|2024-04-01 00:00:00|2024-01-01 00:00:00+00

> SELECT age(timestamp '2024-03-10', timestamp '2000-01-01'), age(timestamp '2000-01-01', timestamp '2024-03-10')
age|age
24 years 2 mons 9 days|-24 years -2 mons -9 days

# Ours: named arguments are still missing.
! SELECT make_date(2024, 3, 10), make_timestamp(2024, 3, 10, 12, 34, 56.5), make_interval(days => 10)
ERROR 0A000: a named argument is not supported

> SELECT to_timestamp(0), to_timestamp(1700000000.5)
to_timestamp|to_timestamp
1970-01-01 00:00:00+00|2023-11-14 22:13:20.5+00

> SELECT date '2024-03-10' < date '2024-03-11', timestamp '2024-03-10' = date '2024-03-10', greatest(date '2024-01-01', date '2023-01-01')
?column?|?column?|greatest
t|t|2024-01-01

> SELECT '2024-03-10 12:34:56'::timestamp::date, '2024-03-10'::date::timestamp, '2024-03-10 12:34:56.7'::timestamp::text, '12:34:56'::time, '12:34'::time + interval '1 hour'
date|timestamp|text|time|?column?
2024-03-10|2024-03-10 00:00:00|2024-03-10 12:34:56.7|12:34:56|13:34:00

> SELECT '2024-02-30'::timestamp
ERROR 22008: date/time field value out of range: "2024-02-30"

> SELECT '25:00:00'::time
ERROR 22008: date/time field value out of range: "25:00:00"

> SELECT 'garbage'::timestamp
ERROR 22007: invalid input syntax for type timestamp: "garbage"

> SELECT 'garbage'::interval
ERROR 22007: invalid input syntax for type interval: "garbage"

> SELECT '2024-03-10'::date + '1 day'::interval, now() IS NOT NULL, current_date = now()::date
?column?|?column?|?column?
2024-03-11 00:00:00|t|t

> SELECT timestamp(0) '2024-03-10 12:34:56.789', '2024-03-10 12:34:56.789'::timestamp(1)
timestamp|timestamp
2024-03-10 12:34:57|2024-03-10 12:34:56.8

> SELECT extract(nosuch from date '2024-01-01')
ERROR 22023: unit "nosuch" not recognized for type date

> SELECT to_char(timestamp '2024-03-10 14:05:09', 'YYYY-MM-DD HH24:MI:SS'), to_char(date '2024-03-10', 'Mon DD, YYYY')
to_char|to_char
2024-03-10 14:05:09|Mar 10, 2024

