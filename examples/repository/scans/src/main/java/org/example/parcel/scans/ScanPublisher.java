package org.example.parcel.scans;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Publishes scans; a scanner keeps a scan until the returned future completes. */
public final class ScanPublisher implements AutoCloseable {

    static final String TOPIC = "parcel.scans";

    private final Producer<String, byte[]> producer;

    public ScanPublisher() throws IOException {
        Properties settings = new Properties();
        try (InputStream file = ScanPublisher.class.getResourceAsStream("/producer.properties")) {
            settings.load(file);
        }
        this.producer = new KafkaProducer<>(settings);
    }

    /** Completes when the brokers have the scan, fails when they refused it. */
    public CompletableFuture<Void> publish(Scan scan) {
        CompletableFuture<Void> published = new CompletableFuture<>();
        producer.send(
                new ProducerRecord<>(TOPIC, scan.parcelId(), scan.toBytes()),
                (metadata, error) -> {
                    if (error == null) {
                        published.complete(null);
                    } else {
                        published.completeExceptionally(error);
                    }
                });
        return published;
    }

    @Override
    public void close() {
        producer.close();
    }
}
