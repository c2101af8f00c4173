package org.example.parcel.delays;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

public final class DelayJob {

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(60_000);
        env.setMaxParallelism(512);

        env.fromSource(scans(args[0]), eventTime(), "scans")
                .uid("scans")
                .keyBy(scan -> scan.parcelId)
                .process(new StandstillFunction())
                .uid("standstill")
                .name("standstill")
                .sinkTo(delays(args[0]))
                .uid("delays");
        env.execute("parcel-delays");
    }

    static KafkaSource<Scan> scans(String bootstrapServers) {
        return KafkaSource.<Scan>builder()
                .setBootstrapServers(bootstrapServers)
                .setTopics("parcel.scans")
                .setGroupId("parcel-delays")
                .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
                .setValueOnlyDeserializer(new ScanSchema())
                .build();
    }

    static WatermarkStrategy<Scan> eventTime() {
        return WatermarkStrategy.<Scan>forBoundedOutOfOrderness(Duration.ofMinutes(5))
                .withTimestampAssigner((scan, recordTime) -> scan.scannedAt)
                .withIdleness(Duration.ofMinutes(30));
    }

    static KafkaSink<String> delays(String bootstrapServers) {
        return KafkaSink.<String>builder()
                .setBootstrapServers(bootstrapServers)
                .setRecordSerializer(KafkaRecordSerializationSchema.<String>builder()
                        .setTopic("parcel.delays")
                        .setValueSerializationSchema(new SimpleStringSchema())
                        .build())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("parcel-delays")
                .setProperty("transaction.timeout.ms", "900000")
                .build();
    }
}
