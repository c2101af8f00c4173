package org.example.parcel

import org.apache.kafka.clients.producer.KafkaProducer
import org.apache.kafka.clients.producer.ProducerRecord as Record
import static java.util.concurrent.TimeUnit.SECONDS

/** Counts parcels. */
class Orders extends Base implements Runnable {

    private final KafkaProducer producer
    static int tries = 3

    Orders(KafkaProducer producer) {
        this.producer = producer
    }

    def settings(String acks) {
        def props = new Properties()
        props.put('acks', acks) // weak
        return [acks: acks, 'linger.ms': 5]
    }

    void run() {
        while (running) {
            try {
                def records = consumer.poll(100)
                records.each { record -> handle(record) }
            } catch (KafkaException e) {
                log.error("lost ${e}")
            }
        }
    }
}
