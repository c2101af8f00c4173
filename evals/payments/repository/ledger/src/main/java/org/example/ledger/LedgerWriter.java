package org.example.ledger;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Books every payment of the topic once. */
public class LedgerWriter implements Runnable {
    private final KafkaConsumer<String, Payment> consumer;
    private final Ledger ledger;
    private volatile boolean running = true;

    public LedgerWriter(Properties base, Ledger ledger) {
        Properties settings = new Properties();
        settings.putAll(base);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "ledger-writer");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer = new KafkaConsumer<>(settings);
        this.ledger = ledger;
    }

    @Override
    public void run() {
        consumer.subscribe(List.of("payments"));
        while (running) {
            ConsumerRecords<String, Payment> records = consumer.poll(Duration.ofMillis(200));
            for (ConsumerRecord<String, Payment> record : records) {
                ledger.book(record.key(), record.value());
            }
            consumer.commitSync();
        }
        consumer.close();
    }

    public void stop() {
        running = false;
    }
}
