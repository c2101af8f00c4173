package org.example.ledger;

import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class ReceiptSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiptSender.class);
    private static final String TOPIC = "receipts";
    private final Producer<String, String> producer;

    public ReceiptSender(Properties base) {
        Properties settings = new Properties();
        settings.putAll(base);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        this.producer = new KafkaProducer<>(settings);
    }

    public void send(Receipt receipt) {
        ProducerRecord<String, String> record = new ProducerRecord<>(TOPIC, receipt.accountId(), receipt.toJson());
        producer.send(record, (metadata, error) -> {
            if (error != null) {
                LOG.error("receipt {} was not sent", receipt.id(), error);
                receipt.markUnsent();
            }
        });
    }

    @Override
    public void close() {
        producer.flush();
        producer.close();
    }
}
