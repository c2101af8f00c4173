package shop

import org.apache.kafka.clients.consumer.ConsumerRebalanceListener
import org.apache.kafka.clients.consumer.KafkaConsumer
import org.apache.kafka.clients.consumer.OffsetAndMetadata
import org.apache.kafka.common.TopicPartition
import java.time.Duration

class Meter(private val consumer: KafkaConsumer<String, String>, private val store: Store) {
    private val pending = mutableMapOf<TopicPartition, OffsetAndMetadata>()

    fun run() {
        consumer.subscribe(listOf("readings"), object : ConsumerRebalanceListener {
            override fun onPartitionsAssigned(partitions: Collection<TopicPartition>) {
                partitions.forEach { consumer.seek(it, store.offset(it)) }
            }

            override fun onPartitionsRevoked(partitions: Collection<TopicPartition>) {
                store.flush()
                consumer.commitSync(pending)
                pending.clear()
            }
        })
        while (true) {
            for (record in consumer.poll(Duration.ofSeconds(1))) {
                store.save(record.value())
                pending[TopicPartition(record.topic(), record.partition())] = OffsetAndMetadata(record.offset() + 1)
            }
        }
    }
}
