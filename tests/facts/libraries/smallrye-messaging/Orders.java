package shop;

import io.smallrye.mutiny.Multi;
import io.smallrye.reactive.messaging.annotations.Blocking;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.Consumer;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Outgoing;

class Orders implements KafkaConsumerRebalanceListener {
  @Channel("placed")
  Emitter<Order> placed;

  @Incoming("orders")
  @Blocking(ordered = false)
  void payload(Order order) {
    service.place(order);
    placed.send(order);
    placed.send(Message.of(order, () -> done(order), error -> failed(error)));
  }

  @Incoming("orders")
  CompletionStage<Void> message(Message<Order> message) {
    service.place(message.getPayload());
    return message.ack();
  }

  @Incoming("orders")
  @Outgoing("totals")
  Multi<Total> stream(Multi<Order> orders) {
    return orders.map(order -> service.total(order));
  }

  @Incoming("orders")
  @Acknowledgment(Acknowledgment.Strategy.PRE_PROCESSING)
  void early(Order order) {
    service.place(order);
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    consumer.seekToEnd(partitions);
  }
}
