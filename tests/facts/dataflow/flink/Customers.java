package org.example.customers;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.cdc.connectors.mysql.source.MySqlSource;
import org.apache.flink.cdc.connectors.mysql.table.StartupOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;

class Customers {
  private int width = 4;

  Customers(int width) {
    this.width = width;
  }

  void run(String password, boolean wide, WindowAssigner<Object, TimeWindow> given) {
    Configuration configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(2));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    if (wide) {
      env.setParallelism(16);
    }
    MySqlSource<String> source = MySqlSource.<String>builder()
        .hostname("db")
        .databaseList("shop")
        .tableList("shop.customers", "shop.addresses")
        .serverId("5400-5404")
        .startupOptions(StartupOptions.latest())
        .chunkKeyColumn(new ObjectPath("shop", "customers"), "id")
        .password(password)
        .deserializer(new JsonDebeziumDeserializationSchema())
        .build();
    DataStream<String> changes = env.fromSource(source, WatermarkStrategy.noWatermarks(), "customers").setParallelism(width);
    changes.keyBy(c -> c).window(given).reduce((a, b) -> b);
    Duration late = Duration.ofMinutes(1);
    if (wide) {
      late = Duration.ofMinutes(5);
    }
    changes.keyBy(c -> c).window(TumblingEventTimeWindows.of(size(wide))).allowedLateness(late).reduce((a, b) -> b);
    new Reader().setParallelism(3);
  }

  private static Duration size(boolean wide) {
    if (wide) {
      return Duration.ofHours(2);
    }
    return Duration.ofHours(1);
  }
}
