package shop;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

class Orders {
  private static final String TOPIC = "orders";
  private final KafkaProducer<String, String> producer = new KafkaProducer<>(settings());

  static Properties settings() {
    Properties props = new Properties();
    props.put(ProducerConfig.ACKS_CONFIG, "1");
    props.put("linger.ms", 5);
    return props;
  }

  void publish(String id, String order) {
    producer.send(new ProducerRecord<>(TOPIC, id, order));
    producer.send(new ProducerRecord<>("audit", order), (metadata, error) -> check(error));
    producer.flush();
  }

  void run(Store store) {
    KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
        Map.of(ConsumerConfig.GROUP_ID_CONFIG, "billing", ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false));
    consumer.subscribe(List.of(TOPIC));
    while (true) {
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
        store.save(record.value());
      }
      consumer.commitSync();
    }
  }

  NewTopic topic() {
    return new NewTopic(TOPIC, 6, (short) 3);
  }
}
