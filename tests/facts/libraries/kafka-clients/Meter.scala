package shop

import java.time.Duration
import java.util
import org.apache.kafka.clients.consumer.{ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata}
import org.apache.kafka.common.TopicPartition
import scala.jdk.CollectionConverters._

class Meter(consumer: KafkaConsumer[String, String], store: Store) extends ConsumerRebalanceListener {
  override def onPartitionsRevoked(partitions: util.Collection[TopicPartition]): Unit = {
    partitions.asScala.foreach(store.flush)
    consumer.commitSync()
  }

  override def onPartitionsAssigned(partitions: util.Collection[TopicPartition]): Unit = ()

  def run(): Unit = {
    consumer.subscribe(util.List.of("readings"), this)
    while (true) {
      consumer.poll(Duration.ofSeconds(1)).asScala.foreach { record =>
        store.save(record.value)
        consumer.commitSync(util.Map.of(partition(record), new OffsetAndMetadata(record.offset)))
      }
    }
  }
}
