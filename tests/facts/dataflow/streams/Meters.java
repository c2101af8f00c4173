package org.example.meters;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.state.*;

/** Readings of meters: totals per hour, sessions, alarms. */
class Meters {
  private static final String READINGS = "readings";
  private static final String TOTALS = "hourly-totals";
  private static final Duration HOUR = Duration.ofHours(1);
  private final Serde<Reading> readings = new JsonSerde<>(Reading.class);

  Topology build(String late) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Reading> all = builder.stream(READINGS, consumed());
    KTable<String, Meter> meters = builder.table("meters", Consumed.with(Serdes.String(), Serdes.Long()), Materialized.as("meters-by-id"));
    GlobalKTable<String, Region> regions = builder.globalTable("regions");

    all.groupByKey(Grouped.with("by-meter", Serdes.String(), readings))
        .windowedBy(windows(HOUR))
        .count(totals())
        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.maxRecords(5_000).shutDownWhenFull()).withName("final"))
        .toStream()
        .to("totals", Produced.with(WINDOWED, Serdes.Long(), new ByRegion()));

    all.selectKey((id, r) -> r.street, Named.as("by-street"))
        .repartition(Repartitioned.<String, Reading>as("streets").withNumberOfPartitions(12))
        .groupByKey()
        .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(Duration.ofMinutes(20)))
        .emitStrategy(EmitStrategy.onWindowClose())
        .reduce((a, b) -> b);

    JoinWindows around = JoinWindows.ofTimeDifferenceAndGrace(Duration.ofMinutes(5), Duration.ofSeconds(30)).after(Duration.ZERO);
    all.join(builder.stream("alarms"), Joiners::first, around,
        StreamJoined.with(Serdes.String(), readings, Serdes.String()).withStoreName("alarmed").withLoggingDisabled());
    all.leftJoin(meters, (r, m) -> r.with(m), Joined.as("with-meter"));
    all.join(regions, (id, r) -> r.region, (r, region) -> r);

    StoreBuilder<KeyValueStore<String, Reading>> last =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("last"), Serdes.String(), readings).withCachingEnabled();
    last.withLoggingDisabled();
    builder.addStateStore(last);
    all.process(() -> new Latest(), Named.as("latest"), "last");

    Materialized<String, Long, KeyValueStore<Bytes, byte[]>> kept = Materialized.as(late);
    kept = kept.withRetention(Duration.ofDays(3));
    all.groupBy((id, r) -> r.region).count(kept);
    return builder.build();
  }

  private Consumed<String, Reading> consumed() {
    return Consumed.with(Serdes.String(), readings)
        .withTimestampExtractor(new ReadAt())
        .withOffsetResetPolicy(Topology.AutoOffsetReset.LATEST);
  }

  private static TimeWindows windows(Duration size) {
    return TimeWindows.ofSizeAndGrace(size, Duration.ofMinutes(10)).advanceBy(Duration.ofMinutes(15));
  }

  private Materialized<String, Long, WindowStore<Bytes, byte[]>> totals() {
    return Materialized.<String, Long>as(Stores.persistentWindowStore(TOTALS, Duration.ofDays(2), HOUR, false))
        .withKeySerde(Serdes.String())
        .withCachingDisabled()
        .withLoggingEnabled(Map.of("retention.ms", "172800000"));
  }

  static class Latest implements Processor<String, Reading, String, Reading> {
    @Override
    public void init(ProcessorContext<String, Reading> context) {
      store = context.getStateStore("last");
      context.schedule(Duration.ofSeconds(10), PunctuationType.WALL_CLOCK_TIME, this::drain);
    }
  }
}
