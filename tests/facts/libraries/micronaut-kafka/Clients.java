package shop;

import io.micronaut.configuration.kafka.annotation.KafkaClient;
import io.micronaut.configuration.kafka.annotation.KafkaKey;
import io.micronaut.configuration.kafka.annotation.KafkaListener;
import io.micronaut.configuration.kafka.annotation.OffsetReset;
import io.micronaut.configuration.kafka.annotation.Topic;
import io.micronaut.context.annotation.Property;
import org.apache.kafka.clients.producer.ProducerConfig;
import reactor.core.publisher.Mono;

@KafkaClient(
    id = "orders",
    acks = KafkaClient.Acknowledge.ONE,
    properties = {
      @Property(name = ProducerConfig.RETRIES_CONFIG, value = "5"),
      @Property(name = "enable.idempotence", value = "false")
    })
interface Orders {
  @Topic("orders")
  void place(@KafkaKey String id, Order order);

  @Topic("audit")
  Mono<Order> note(Order order);

  void elsewhere(@Topic String topic, Order order);
}

@KafkaListener(groupId = "billing", offsetReset = OffsetReset.EARLIEST, properties = @Property(name = "max.poll.records", value = "10"))
class Billing {
  private final Orders orders;

  @Topic("invoices")
  void onInvoice(Invoice invoice) {
    orders.place(invoice.id(), invoice.order());
    orders.note(invoice.order());
    orders.elsewhere("paid", invoice.order());
  }
}
