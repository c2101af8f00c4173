package shop;

import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;

class TotalsJob {
  static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    KafkaSource<Order> source = KafkaSource.<Order>builder().setTopics("orders").setGroupId("totals").build();
    KafkaSink<Total> sink =
        KafkaSink.<Total>builder().setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "orders").uid("orders-source")
        .keyBy(order -> order.customer())
        .process(new Sum()).uid("sum").name("Sum")
        .sinkTo(sink);
    env.execute("totals");
  }

  static class Sum extends KeyedProcessFunction<String, Order, Total> {
    private ValueState<Long> total;

    @Override
    public void open(Configuration configuration) {
      total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
    }
  }
}
