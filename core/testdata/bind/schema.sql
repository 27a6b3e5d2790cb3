CREATE TABLE t (id int PRIMARY KEY, a int, b text, c numeric(10,2), d timestamp, CHECK (a > 0));
CREATE TABLE u (id int PRIMARY KEY, t_id int REFERENCES t ON DELETE CASCADE, x varchar(10) DEFAULT 'none', y bool);
CREATE TABLE k (i bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text NOT NULL UNIQUE);
CREATE TABLE m (p int, q int, r real, s smallint, PRIMARY KEY (p, q));
CREATE INDEX ON u (t_id);
