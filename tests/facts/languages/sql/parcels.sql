-- Counts parcels per hub.
SET 'execution.checkpointing.interval' = '30 s';

CREATE TABLE scans (
  id STRING,
  hub STRING, -- where; not an end
  at TIMESTAMP(3),
  WATERMARK FOR at AS at - INTERVAL '5' SECOND,
  PRIMARY KEY (id) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'scans;raw',
  'properties.bootstrap.servers' = 'it''s:9092'
);

/* Late ones
   are dropped; see below */
CREATE TEMPORARY VIEW late AS SELECT * FROM scans;

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO counts
  SELECT hub, COUNT(*) FROM TABLE(TUMBLE(TABLE scans, DESCRIPTOR(at), INTERVAL '1' MINUTE))
  GROUP BY hub, window_start;
  INSERT INTO archive SELECT * FROM scans;
END;

CREATE FUNCTION f() RETURNS int AS $$ BEGIN; RETURN 1; END $$ LANGUAGE plpgsql;

SELECT s.id
FROM scans AS s JOIN hubs FOR SYSTEM_TIME AS OF s.at AS h ON s.hub = h.id
