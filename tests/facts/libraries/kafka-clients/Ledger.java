package shop;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;

class Ledger implements ConsumerRebalanceListener {
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
  private final Map<TopicPartition, Writer> writers = new HashMap<>();
  private final KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings());
  private final KafkaProducer<String, String> producer;

  Ledger(KafkaProducer<String, String> producer) {
    this.producer = producer;
    producer.initTransactions();
  }

  private static Properties settings() {
    Properties props = new Properties();
    props.putIfAbsent("group.id", "ledger");
    props.put("enable.auto.commit", "false");
    return props;
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    commitDone();
    for (TopicPartition partition : partitions) {
      writers.remove(partition).close();
    }
    offsets.clear();
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    partitions.forEach(offsets::remove);
    writers.keySet().removeAll(partitions);
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    consumer.seekToBeginning(partitions);
    if (paused) {
      consumer.pause(consumer.assignment());
    }
  }

  private void commitDone() {
    consumer.commitSync(offsets);
  }

  void run() {
    consumer.subscribe(List.of("entries"), this);
    while (true) {
      consumer.poll(Duration.ofMillis(100)).forEach(record -> book(record));
      consumer.resume(consumer.paused());
    }
  }

  private void book(ConsumerRecord<String, String> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    try {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("booked", record.key(), record.value()));
      producer.sendOffsetsToTransaction(
          Map.of(partition, new OffsetAndMetadata(record.offset())), consumer.groupMetadata());
      producer.commitTransaction();
    } catch (ProducerFencedException e) {
      producer.close();
    } catch (RuntimeException e) {
      producer.abortTransaction();
    }
    long next = record.offset() + 1;
    offsets.put(partition, new OffsetAndMetadata(next));
    offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
    offsets.put(partition, new OffsetAndMetadata(store.last(partition)));
  }
}
