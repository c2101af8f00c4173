package org.example.parcel.scans;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One parcel seen by one scanner. */
public record Scan(String scanId, String parcelId, String hub, long scannedAt) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public byte[] toBytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    public static Scan fromBytes(byte[] bytes) {
        try {
            return JSON.readValue(bytes, Scan.class);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
