package shop;

import static org.apache.kafka.clients.consumer.ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.GROUP_ID_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ACKS_CONFIG;

import com.google.common.collect.ImmutableMap;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.kafka.common.serialization.StringSerializer;

final class Transfers {
  static KafkaIO.Read<String, String> read(Options options) {
    KafkaIO.Read<String, String> read =
        KafkaIO.<String, String>read()
            .withBootstrapServers(options.getServers())
            .withProcessingTime()
            .updateConsumerProperties(
                new ImmutableMap.Builder<String, Object>()
                    .put(ENABLE_AUTO_COMMIT_CONFIG, true)
                    .put(GROUP_ID_CONFIG, options.getGroup())
                    .build());
    return read.withTopic("transfers");
  }

  static KafkaIO.Write<String, String> write(int shards) {
    return KafkaIO.<String, String>write()
        .withTopic("done")
        .withEOS(shards, "transfers-sink")
        .updateProducerProperties(new ImmutableMap.Builder<String, Object>().put(ACKS_CONFIG, "1").build())
        .withValueSerializer(StringSerializer.class);
  }
}
