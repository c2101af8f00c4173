package org.example.parcel.delays;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Reports a parcel when no scan of it follows for a day of event time. */
public class StandstillFunction extends KeyedProcessFunction<String, Scan, String> {

    static final long DAY_MS = 24 * 60 * 60 * 1000L;

    private transient ValueState<Scan> lastScan;

    @Override
    public void open(OpenContext context) {
        lastScan = getRuntimeContext().getState(new ValueStateDescriptor<>("last-scan", Scan.class));
    }

    @Override
    public void processElement(Scan scan, Context context, Collector<String> out) throws Exception {
        Scan known = lastScan.value();
        if (known != null && known.scannedAt >= scan.scannedAt) {
            return;
        }
        if (known != null) {
            context.timerService().deleteEventTimeTimer(known.scannedAt + DAY_MS);
        }
        lastScan.update(scan);
        context.timerService().registerEventTimeTimer(scan.scannedAt + DAY_MS);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) throws Exception {
        Scan scan = lastScan.value();
        if (scan != null) {
            out.collect(context.getCurrentKey() + " last seen at " + scan.hub);
        }
        lastScan.clear();
    }
}
