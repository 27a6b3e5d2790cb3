-- Time zones by name: input, output, arithmetic across changes of the clocks.

> SET timezone = 'europe/berlin'

> SHOW timezone

> SELECT '2024-01-01 12:00'::timestamptz AS winter, '2024-07-01 12:00'::timestamptz AS summer

> SELECT '2024-03-31 02:30'::timestamptz AS skipped, '2024-10-27 02:30'::timestamptz AS twice

> SELECT '2024-07-01 12:00 America/New_York'::timestamptz AS t, '2024-07-01 12:00 EST'::timestamptz AS e

> SELECT '2024-07-01 12:00+00'::timestamptz::text AS t, '2024-07-01 23:30+00'::timestamptz::date AS d, '2024-07-01 12:00+00'::timestamptz::time AS h

> SELECT '2024-07-01'::date::timestamptz AS d, '2024-07-01 12:00'::timestamp::timestamptz AS t

> SELECT '2024-07-01 12:00+00'::timestamptz AT TIME ZONE 'Asia/Tokyo' AS t, '2024-07-01 12:00'::timestamp AT TIME ZONE 'America/Denver' AS u

> SELECT '2024-07-01 12:00+00'::timestamptz AT TIME ZONE INTERVAL '-2 hours' AS t

> SELECT '2024-03-30 12:00'::timestamptz + INTERVAL '1 day' AS d, '2024-03-30 12:00'::timestamptz + INTERVAL '24 hours' AS h

> SELECT date_trunc('day', '2024-07-01 23:30+00'::timestamptz) AS d, date_trunc('hour', '2024-07-01 23:30+00'::timestamptz) AS h, date_trunc('month', '2024-03-31 23:30+00'::timestamptz, 'Australia/Sydney') AS m

> SELECT extract(hour FROM '2024-07-01 12:00+00'::timestamptz) AS h, extract(timezone FROM '2024-07-01 12:00+00'::timestamptz) AS z, extract(epoch FROM '2024-07-01 12:00+00'::timestamptz) AS e

> SELECT to_char('2024-07-01 12:00+00'::timestamptz, 'YYYY-MM-DD HH24:MI TZ OF') AS t

> SELECT make_timestamptz(2024, 7, 1, 12, 0, 0) AS here, make_timestamptz(2024, 7, 1, 12, 0, 0, 'America/New_York') AS there

> SELECT '2100-07-01 12:00'::timestamptz AS future, '1900-01-01 00:00'::timestamptz AS past

> SELECT age('2024-07-01 00:00'::timestamptz, '2024-01-01 00:00'::timestamptz) AS a

> SELECT '2024-07-01 12:00 Mars/Olympus'::timestamptz

> SELECT now() AT TIME ZONE 'Mars/Olympus'

> SET timezone = 'Mars/Olympus'

> SELECT 'now'::timestamptz = now() AS same, 'today'::date = current_date AS today

> BEGIN

> SET LOCAL timezone = 'Asia/Kolkata'

> SELECT '2024-07-01 12:00+00'::timestamptz AS t

> ROLLBACK

> SELECT '2024-07-01 12:00+00'::timestamptz AS t

> SET TIME ZONE -7

> SHOW timezone

> SELECT '2024-07-01 12:00+00'::timestamptz AS t

> RESET timezone
