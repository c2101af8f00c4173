-- Counts parcels per hub; late ones are matched.
SET 'table.exec.state.ttl' = '36 h';
SET 'table.exec.mini-batch.enabled' = 'true';
SET parallelism.default = 4;

CREATE TABLE IF NOT EXISTS scans (
  id STRING COMMENT 'the parcel',
  hub STRING NOT NULL,
  weight DECIMAL(10, 2),
  parts ARRAY<ROW<no INT, label STRING>>,
  `at` TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,
  seen AS PROCTIME(),
  WATERMARK FOR `at` AS `at` - INTERVAL '5' SECOND,
  PRIMARY KEY (id, hub) NOT ENFORCED
) PARTITIONED BY (hub) WITH (
  'connector' = 'kafka', -- not 'filesystem'
  'topic' = 'scans;raw',
  'properties.bootstrap.servers' = 'broker:9092',
  'properties.group.id' = 'parcel-counts',
  'properties.transaction.timeout.ms' = '900000',
  'scan.startup.mode' = 'group-offsets',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'parcels',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TEMPORARY VIEW heavy AS
SELECT hub, COUNT(DISTINCT id) AS n FROM scans /*+ STATE_TTL('scans' = '1d') */ WHERE weight > 30 GROUP BY hub;

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO counts
  SELECT hub, COUNT(*) FROM TABLE(TUMBLE(TABLE scans, DESCRIPTOR(`at`), INTERVAL '1' MINUTE))
  GROUP BY hub, window_start;
  INSERT INTO archive SELECT s.*, h.name, EXTRACT(HOUR FROM s.`at`)
  FROM scans AS s
  LEFT JOIN hubs FOR SYSTEM_TIME AS OF s.`at` AS h ON s.hub = h.id
  JOIN owners FOR SYSTEM_TIME AS OF s.seen AS o ON s.id = o.id
  JOIN claims AS c ON s.id = c.id AND c.made BETWEEN s.`at` - INTERVAL '4' HOUR AND s.`at`
  JOIN names ON names.id = s.id;
END;

INSERT INTO latest
WITH numbered AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY `at` DESC) AS no FROM scans)
SELECT id, hub FROM numbered WHERE no = 1;

SELECT * FROM TABLE(HOP(DATA => TABLE scans, TIMECOL => DESCRIPTOR(`at`), SLIDE => INTERVAL '5' MINUTES, SIZE => INTERVAL '1' HOUR));

SELECT hub, SESSION_START(`at`, INTERVAL '30' MINUTE) FROM scans GROUP BY hub, SESSION(`at`, INTERVAL '30' MINUTE);

INSERT INTO stuck
SELECT * FROM scans
MATCH_RECOGNIZE (
  PARTITION BY id
  ORDER BY `at`
  MEASURES A.hub AS hub
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B+? C) WITHIN INTERVAL '2' DAY
  DEFINE B AS B.hub = A.hub
);
