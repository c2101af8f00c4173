package shop;

import io.micronaut.configuration.kafka.annotation.ErrorStrategy;
import io.micronaut.configuration.kafka.annotation.ErrorStrategyValue;
import io.micronaut.configuration.kafka.annotation.KafkaListener;
import io.micronaut.configuration.kafka.annotation.OffsetReset;
import io.micronaut.configuration.kafka.annotation.OffsetStrategy;
import io.micronaut.configuration.kafka.annotation.Topic;
import io.micronaut.messaging.Acknowledgement;

class Listeners {
  @KafkaListener(groupId = "billing", offsetReset = OffsetReset.EARLIEST, offsetStrategy = OffsetStrategy.DISABLED)
  static class Billing {
    @Topic("orders")
    void onOrder(Order order, Acknowledgement ack) {
      service.place(order);
      ack.ack();
    }
  }

  @KafkaListener(groupId = "audit", errorStrategy = @ErrorStrategy(value = ErrorStrategyValue.RESUME_AT_NEXT_RECORD))
  static class Audit {
    @Topic("orders")
    void onOrder(Order order) {
      service.note(order);
    }
  }

  static class NoListener {
    @Topic("orders")
    void send(Order order) {}
  }
}
