package shop;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

public class StoreTask extends SinkTask {
  private final Map<TopicPartition, Writer> writers = new HashMap<>();

  @Override
  public void put(Collection<SinkRecord> records) {
    for (SinkRecord record : records) {
      store.write(record.value());
    }
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    return Map.of(partition, new OffsetAndMetadata(last.kafkaOffset()));
  }

  @Override
  public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
    writers.values().forEach(Writer::flush);
  }

  @Override
  public void open(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> writers.put(partition, new Writer(partition)));
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    writers.values().forEach(Writer::close);
    writers.clear();
  }
}
