# A sample that is read, never run.
# mypy: ignore-errors
# ruff: noqa
from pyflink.common import Duration, Time, WatermarkStrategy
from pyflink.datastream import CheckpointingMode, StreamExecutionEnvironment
from pyflink.datastream.connectors.base import DeliveryGuarantee
from pyflink.datastream.connectors.kafka import (
    KafkaOffsetResetStrategy,
    KafkaOffsetsInitializer,
    KafkaRecordSerializationSchema,
    KafkaSink,
    KafkaSource,
)
from pyflink.datastream.functions import KeyedProcessFunction
from pyflink.datastream.state import StateTtlConfig, ValueStateDescriptor
from pyflink.datastream.window import SlidingEventTimeWindows

SIZE = Time.minutes(5)
MINUTE = 60 * 1000


def source(topic):
    return (
        KafkaSource.builder()
        .set_bootstrap_servers("broker:9092")
        .set_topics(topic, "sensors-old")
        .set_group_id("sensors")
        .set_starting_offsets(KafkaOffsetsInitializer.committed_offsets(KafkaOffsetResetStrategy.LATEST))
        .set_property("commit.offsets.on.checkpoint", "false")
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )


class Mean(KeyedProcessFunction):
    def open(self, context):
        descriptor = ValueStateDescriptor("mean", Types.FLOAT())
        ttl = (
            StateTtlConfig.new_builder(Time.hours(1)).set_update_type(StateTtlConfig.UpdateType.OnReadAndWrite).build()
        )
        descriptor.enable_time_to_live(ttl)
        self.mean = context.get_state(descriptor)


def main():
    env = StreamExecutionEnvironment.get_execution_environment()
    env.enable_checkpointing(MINUTE)
    env.get_checkpoint_config().set_checkpointing_mode(CheckpointingMode.AT_LEAST_ONCE)
    env.get_checkpoint_config().set_checkpoint_timeout(10 * MINUTE)
    env.set_max_parallelism(256)
    marks = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_seconds(20)).with_idleness(
        Duration.of_minutes(1)
    )
    readings = env.from_source(source("sensors"), marks, "sensors").uid("sensors")
    means = (
        readings.key_by(lambda r: r.id)
        .window(SlidingEventTimeWindows.of(SIZE, Time.minutes(1)))
        .allowed_lateness(2000)
        .process(Averages())
        .set_parallelism(2)
        .uid(f"mean-{uuid4()}")
    )
    sink = (
        KafkaSink.builder()
        .set_bootstrap_servers("broker:9092")
        .set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .set_record_serializer(
            KafkaRecordSerializationSchema.builder().set_topic("means").set_key_serialization_schema(Keys()).build()
        )
        .build()
    )
    means.sink_to(sink)
    env.execute("sensors")


def wire(readings, sink):
    levels = readings.key_by(lambda r: r.sensor).process(Level()).uid("levels")
    levels.rebalance().sink_to(sink).uid("levels-out")
