package org.example.jobs;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

public class FraudScorer extends KeyedProcessFunction<String, Payment, Score> {
    private transient ValueState<Profile> profile;

    @Override
    public void open(OpenContext context) {
        ValueStateDescriptor<Profile> descriptor = new ValueStateDescriptor<>("profile", Profile.class);
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(90)).build());
        profile = getRuntimeContext().getState(descriptor);
    }

    @Override
    public void processElement(Payment payment, Context context, Collector<Score> out) throws Exception {
        Profile known = profile.value();
        Profile next = known == null ? Profile.of(payment) : known.with(payment);
        profile.update(next);
        out.collect(next.score(payment));
    }
}
