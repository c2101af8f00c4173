package shop;

import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.transforms.Transformation;

public abstract class Mask<R extends ConnectRecord<R>> implements Transformation<R> {
  @Override
  public R apply(R record) {
    if (record.value() == null) {
      return null;
    }
    try {
      return record.newRecord(record.topic(), record.kafkaPartition(), null, record.key(), schema, mask(record.value()), record.timestamp());
    } catch (RuntimeException error) {
      log.warn("not masked", error);
      return record;
    }
  }
}
