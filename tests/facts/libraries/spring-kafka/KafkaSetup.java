package shop;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

@Configuration
class KafkaSetup {
  @Bean
  ConcurrentKafkaListenerContainerFactory<String, Order> batchFactory(
      ConsumerFactory<String, Order> consumers, DefaultErrorHandler errors) {
    ConcurrentKafkaListenerContainerFactory<String, Order> factory = new ConcurrentKafkaListenerContainerFactory<>();
    factory.setConsumerFactory(consumers);
    factory.setConcurrency(3);
    factory.setBatchListener(true);
    factory.setCommonErrorHandler(errors);
    factory.getContainerProperties().setAckMode(AckMode.MANUAL_IMMEDIATE);
    factory.getContainerProperties().setAsyncAcks(true);
    if (slow) {
      factory.getContainerProperties().setPollTimeout(5000);
    }
    return factory;
  }

  @Bean
  DefaultErrorHandler errors(KafkaTemplate<String, Order> template) {
    DefaultErrorHandler handler =
        new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new FixedBackOff(1_000L, 3L));
    handler.addNotRetryableExceptions(IllegalArgumentException.class);
    return handler;
  }

  @Bean
  DefaultErrorHandler logging() {
    return new DefaultErrorHandler((record, error) -> log.error("skipped {}", record, error), new FixedBackOff(0, FixedBackOff.UNLIMITED_ATTEMPTS));
  }

  @Bean
  KafkaTemplate<String, Order> template(ProducerFactory<String, Order> producers) {
    return new KafkaTemplate<>(producers);
  }
}
