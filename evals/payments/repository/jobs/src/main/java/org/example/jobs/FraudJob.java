package org.example.jobs;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public class FraudJob {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(30_000);

        KafkaSource<Payment> source = KafkaSource.<Payment>builder()
                .setBootstrapServers(args[0])
                .setTopics("payments")
                .setGroupId("fraud")
                .setValueOnlyDeserializer(new PaymentSchema())
                .build();
        KafkaSink<Score> sink = KafkaSink.<Score>builder()
                .setBootstrapServers(args[0])
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("fraud-scores")
                .setRecordSerializer(KafkaRecordSerializationSchema.builder()
                        .setTopic("scores")
                        .setValueSerializationSchema(new ScoreSchema())
                        .build())
                .build();

        env.fromSource(
                        source,
                        WatermarkStrategy.<Payment>forBoundedOutOfOrderness(Duration.ofSeconds(20))
                                .withTimestampAssigner((payment, previous) -> payment.bookedAt)
                                .withIdleness(Duration.ofMinutes(1)),
                        "payments")
                .uid("payments-source")
                .keyBy(payment -> payment.accountId)
                .process(new FraudScorer())
                .uid("fraud-scorer")
                .name("fraud scorer")
                .sinkTo(sink)
                .uid("scores-sink");

        env.execute("fraud");
    }
}
