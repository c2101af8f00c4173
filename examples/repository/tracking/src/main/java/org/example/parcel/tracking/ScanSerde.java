package org.example.parcel.tracking;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

final class ScanSerde {

    private static final ObjectMapper JSON = new ObjectMapper();

    static final Serde<Scan> INSTANCE =
            Serdes.serdeFrom((topic, scan) -> write(scan), (topic, bytes) -> read(bytes));

    private ScanSerde() {}

    private static byte[] write(Scan scan) {
        try {
            return scan == null ? null : JSON.writeValueAsBytes(scan);
        } catch (IOException error) {
            throw new SerializationException("scan cannot be written", error);
        }
    }

    private static Scan read(byte[] bytes) {
        try {
            return bytes == null ? null : JSON.readValue(bytes, Scan.class);
        } catch (IOException error) {
            throw new SerializationException("scan cannot be read", error);
        }
    }
}
