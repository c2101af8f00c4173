-- ksqlDB
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM rides (id VARCHAR KEY, driver VARCHAR, fare DOUBLE)
  WITH (KAFKA_TOPIC = 'rides', VALUE_FORMAT = 'AVRO', KEY_FORMAT = 'KAFKA', PARTITIONS = 6, REPLICAS = 3);

CREATE SOURCE TABLE drivers (id VARCHAR PRIMARY KEY, name VARCHAR) WITH (KAFKA_TOPIC='drivers', FORMAT='JSON');

CREATE STREAM by_driver WITH (KAFKA_TOPIC = 'rides-by-driver') AS
  SELECT r.driver, r.fare, d.name FROM rides r LEFT JOIN drivers d ON r.driver = d.id PARTITION BY r.driver EMIT CHANGES;

CREATE TABLE fares AS
  SELECT driver, SUM(fare) AS total FROM by_driver
  WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 10 MINUTES, RETENTION 7 DAYS, GRACE PERIOD 5 MINUTES)
  GROUP BY driver EMIT CHANGES;

INSERT INTO paid SELECT r.id FROM rides r INNER JOIN payments p WITHIN 2 HOURS ON r.id = p.ride;
