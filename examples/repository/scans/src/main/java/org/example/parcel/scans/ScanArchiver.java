package org.example.parcel.scans;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every scan to the archive. Writing a scan again changes nothing: its id is the primary key. */
public final class ScanArchiver implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ScanArchiver.class);

    private final Consumer<String, byte[]> consumer;
    private final ScanArchive archive;

    public ScanArchiver(String bootstrapServers, ScanArchive archive) {
        Properties settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "scan-archiver");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 200);
        this.consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        this.archive = archive;
    }

    @Override
    public void run() {
        try {
            consumer.subscribe(List.of(ScanPublisher.TOPIC));
            while (true) {
                ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofSeconds(1));
                List<Scan> batch = new ArrayList<>(records.count());
                for (ConsumerRecord<String, byte[]> record : records) {
                    batch.add(Scan.fromBytes(record.value()));
                }
                if (!batch.isEmpty()) {
                    archive.upsertAll(batch);
                    consumer.commitSync();
                    LOG.debug("archived {} scans", batch.size());
                }
            }
        } catch (WakeupException stop) {
            LOG.info("archiver stops");
        } finally {
            consumer.close();
        }
    }

    /** Called from the shutdown hook. */
    public void stop() {
        consumer.wakeup();
    }
}
