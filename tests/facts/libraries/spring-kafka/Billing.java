package shop;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.Acknowledgment;

class Billing {
  private final KafkaTemplate<String, String> template =
      new KafkaTemplate<>(new DefaultKafkaProducerFactory<>(Map.of("acks", "all", "retries", 3)));

  @KafkaListener(topics = "orders", groupId = "billing")
  void onOrder(Order order, Acknowledgment ack) {
    executor.submit(() -> store.save(order));
    ack.acknowledge();
    template.send("invoices", order.id(), order.total());
  }

  NewTopic invoices() {
    return TopicBuilder.name("invoices").partitions(6).replicas(3).config("min.insync.replicas", "2").build();
  }
}
