package shop;

import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.joda.time.Duration;

class Orders {
  void run(Pipeline pipeline) {
    pipeline
        .apply(
            "Orders",
            KafkaIO.<String, String>read()
                .withBootstrapServers("kafka:9092")
                .withTopic("orders")
                .withKeyDeserializer(StringDeserializer.class)
                .withValueDeserializer(StringDeserializer.class)
                .withConsumerConfigUpdates(
                    Map.of(ConsumerConfig.GROUP_ID_CONFIG, "billing", "auto.offset.reset", "latest"))
                .withReadCommitted()
                .withCreateTime(Duration.standardMinutes(5))
                .commitOffsetsInFinalize()
                .withoutMetadata())
        .apply(
            "Invoices",
            KafkaIO.<String, String>write()
                .withBootstrapServers("kafka:9092")
                .withTopic("invoices")
                .withKeySerializer(StringSerializer.class)
                .withProducerConfigUpdates(Map.of("acks", "1"))
                .withEOS(20, "billing-sink"));
  }
}
