package org.example.meters

import java.time.Duration
import org.apache.kafka.common.serialization.Serdes
import org.apache.kafka.streams.StreamsBuilder
import org.apache.kafka.streams.Topology
import org.apache.kafka.streams.kstream.Materialized
import org.apache.kafka.streams.state.Stores

const val READINGS = "readings"

class Wires(private val retention: Duration) {
    private val storeName = "readings-by-meter"

    fun topology(): Topology {
        val topology = Topology()
        topology
            .addSource("in", Serdes.String().deserializer(), ReadingDeserializer(), READINGS, "readings-old")
            .addProcessor("clean", { Cleaner() }, "in")
            .addProcessor("keep", ::Keeper, "clean")
            .addStateStore(store(), "keep")
            .addSink("out", "clean-readings", StringSerializer(), ReadingSerializer(), "clean", "keep")
        return topology
    }

    private fun store() =
        Stores.windowStoreBuilder(
            Stores.persistentWindowStore(storeName, retention, Duration.ofMinutes(5), true),
            Serdes.String(),
            ReadingSerde(),
        ).withLoggingDisabled()

    fun counts(builder: StreamsBuilder) {
        builder.stream<String, Reading>(READINGS)
            .groupByKey()
            .count(Materialized.`as`<String, Long, Kept>(storeName).withValueSerde(Serdes.Long()))
            .toStream()
            .to("counts")
    }
}

fun StreamsBuilder.volts() {
    stream<String, Volt>("volts").groupByKey().count(Materialized.`as`("volts-seen"))
}
