package shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

public class ReadTask extends SourceTask {
  @Override
  public void start(Map<String, String> settings) {
    position = context.offsetStorageReader().offset(Map.of("table", table));
  }

  @Override
  public List<SourceRecord> poll() throws InterruptedException {
    List<SourceRecord> records = new ArrayList<>();
    for (Row row : database.after(position)) {
      records.add(new SourceRecord(Map.of("table", table), Map.of("id", row.id()), "rows", Schema.STRING_SCHEMA, row.key(), schema, row.value()));
      position = row.id();
    }
    return records;
  }

  @Override
  public void commit() {
    database.confirm(position);
  }

  @Override
  public void commitRecord(SourceRecord record, RecordMetadata metadata) {
    database.confirm(record.sourceOffset());
  }

  SourceRecord status(long time) {
    return new SourceRecord(null, Map.of("time", time), "status", 0, Schema.STRING_SCHEMA, "all", schema, "up", time);
  }
}
