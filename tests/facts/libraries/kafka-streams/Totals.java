package shop;

import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;

class Totals {
  void start() {
    Properties props = new Properties();
    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
    props.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Order> orders = builder.stream("orders");
    orders
        .filter((id, order) -> order.isPaid())
        .groupBy((id, order) -> order.customer(), Grouped.as("by-customer"))
        .count(Materialized.as("totals"))
        .toStream()
        .to("totals");
    KafkaStreams streams = new KafkaStreams(builder.build(), props);
    streams.start();
  }
}
