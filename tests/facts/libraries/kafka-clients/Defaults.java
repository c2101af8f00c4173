package shop;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;

class Defaults {
  KafkaProducer<String, String> kept() {
    Properties props = new Properties();
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    props.putIfAbsent(ProducerConfig.ACKS_CONFIG, "1");
    props.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "5");
    return new KafkaProducer<>(props);
  }

  KafkaConsumer<String, String> given(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.computeIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, key -> "billing");
    all.merge(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest", (old, own) -> old);
    return new KafkaConsumer<>(all);
  }
}
