package org.example.parcels;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

class ParcelSql {
  private static final String TOPIC = "parcels";
  private static final String SINK = """
      CREATE TABLE hubs ( -- the totals
        hub STRING,
        n BIGINT,
        PRIMARY KEY (hub) NOT ENFORCED
      ) WITH (
        'connector' = 'upsert-kafka',
        'topic' = 'hubs',
        'key.format' = 'json'
      )
      """;

  void run(String broker) {
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tables.executeSql("SET 'table.exec.source.idle-timeout' = '30 s'");
    tables.executeSql("CREATE TABLE parcels (" // as written by the gates
        + "  id STRING,"
        + "  at TIMESTAMP(3),"
        + "  WATERMARK FOR at AS at"
        + ") WITH ("
        + "'connector' = 'kafka',"
        + "'topic' = '" + TOPIC + "',"
        + "'properties.bootstrap.servers' = '" + broker + "',"
        + "'sink.delivery-guarantee' = 'none')");
    tables.executeSql(SINK);
    tables.executeSql(String.format("INSERT INTO hubs SELECT hub, COUNT(*) FROM %s GROUP BY hub", TOPIC));
    tables.sqlQuery("SELECT * FROM parcels p JOIN hubs h ON p.hub = h.hub");
    tables.getConfig().set("table.exec.state.ttl", "1 d");
  }
}
