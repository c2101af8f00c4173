package org.example.parcel.delays;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;

public class ScanSchema extends AbstractDeserializationSchema<Scan> {

    private transient ObjectMapper json;

    @Override
    public void open(InitializationContext context) {
        json = new ObjectMapper();
    }

    @Override
    public Scan deserialize(byte[] message) throws IOException {
        return json.readValue(message, Scan.class);
    }
}
