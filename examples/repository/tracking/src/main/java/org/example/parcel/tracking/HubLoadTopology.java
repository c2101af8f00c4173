package org.example.parcel.tracking;

import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;

/** Counts the scans of each hub by the hour. */
final class HubLoadTopology {

    void addTo(StreamsBuilder builder) {
        builder.stream("parcel.scans", Consumed.with(Serdes.String(), ScanSerde.INSTANCE))
                .groupBy((parcelId, scan) -> scan.hub(), Grouped.with(Serdes.String(), ScanSerde.INSTANCE))
                .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofHours(1), Duration.ofMinutes(10)))
                .count(Materialized.with(Serdes.String(), Serdes.Long()))
                .toStream((hour, scans) -> hour.key() + "@" + hour.window().start())
                .to("hub.load", Produced.with(Serdes.String(), Serdes.Long()));
    }
}
