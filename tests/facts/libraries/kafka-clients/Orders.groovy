package shop

import groovy.util.logging.Slf4j
import java.time.Duration
import java.util.concurrent.Executors
import org.apache.kafka.clients.consumer.ConsumerConfig
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener
import org.apache.kafka.clients.consumer.KafkaConsumer
import org.apache.kafka.clients.consumer.OffsetAndMetadata
import org.apache.kafka.clients.producer.KafkaProducer
import org.apache.kafka.clients.producer.ProducerConfig
import org.apache.kafka.clients.producer.ProducerRecord
import org.apache.kafka.common.TopicPartition

@Slf4j
class Orders {

    static final String TOPIC = 'orders'

    private final KafkaConsumer<String, String> consumer
    private final KafkaProducer<String, String> producer
    private final Store store
    private final executor = Executors.newFixedThreadPool(4)

    Orders(Store store) {
        this.store = store
        Properties props = new Properties()
        props.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, 'kafka:9092')
        props.put(ConsumerConfig.GROUP_ID_CONFIG, 'billing')
        props[ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG] = 'false'
        props['auto.offset.reset'] = 'latest'
        this.consumer = new KafkaConsumer<String, String>(props)
        def config = [
            'bootstrap.servers': 'kafka:9092',
            (ProducerConfig.ACKS_CONFIG): '1',
            'linger.ms': 5
        ]
        this.producer = new KafkaProducer<String, String>(config)
    }

    void run() {
        consumer.subscribe([TOPIC])
        while (true) {
            def records = consumer.poll(Duration.ofSeconds(1))
            for (record in records) {
                try {
                    store.save(record.value())
                } catch (Exception e) {
                    log.error('not saved', e)
                }
                executor.submit { store.index(record.value()) }
                producer.send(new ProducerRecord<String, String>('invoices', record.key(), record.value()))
                producer.send(new ProducerRecord<String, String>('audit', record.value())).get()
                producer.send(new ProducerRecord<String, String>('audit', record.value())) { metadata, error ->
                    if (error) alarm(error)
                }
            }
            records.each { record ->
                consumer.commitSync([(new TopicPartition(record.topic(), record.partition())): new OffsetAndMetadata(record.offset() + 1)])
            }
        }
    }

    void stop() {
        producer.flush()
        consumer.close()
    }
}
