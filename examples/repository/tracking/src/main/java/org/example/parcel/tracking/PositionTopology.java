package org.example.parcel.tracking;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/** Keeps the latest scan of each parcel and publishes it as the parcel's position. */
final class PositionTopology {

    void addTo(StreamsBuilder builder) {
        builder.stream("parcel.scans", Consumed.with(Serdes.String(), ScanSerde.INSTANCE).withName("position-scans"))
                .groupByKey(Grouped.with("position-by-parcel", Serdes.String(), ScanSerde.INSTANCE))
                .reduce(
                        (known, scan) -> scan.scannedAt() >= known.scannedAt() ? scan : known,
                        Named.as("latest-scan"),
                        Materialized.<String, Scan, KeyValueStore<Bytes, byte[]>>as("latest-scan-store")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(ScanSerde.INSTANCE))
                .toStream(Named.as("positions"))
                .to("parcel.positions", Produced.with(Serdes.String(), ScanSerde.INSTANCE).withName("position-sink"));
    }
}
