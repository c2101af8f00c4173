package org.example.trips

import java.time.Duration
import java.util.concurrent.TimeUnit
import org.apache.flink.api.common.eventtime.WatermarkStrategy
import org.apache.flink.api.common.state.{StateTtlConfig, ValueStateDescriptor}
import org.apache.flink.streaming.api.CheckpointingMode
import org.apache.flink.streaming.api.environment.CheckpointConfig
import org.apache.flink.streaming.api.scala._
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows
import org.apache.flink.streaming.api.windowing.time.Time

object Trips {
  val Gap: Time = Time.minutes(30)
  def marks = WatermarkStrategy.forMonotonousTimestamps[Trip]().withIdleness(Duration.ofSeconds(30))

  def main(args: Array[String]): Unit = {
    val env = StreamExecutionEnvironment.getExecutionEnvironment
    env.enableCheckpointing(10 * 1000, CheckpointingMode.EXACTLY_ONCE)
    env.getCheckpointConfig.setMinPauseBetweenCheckpoints(500)
    env.getCheckpointConfig.enableExternalizedCheckpoints(CheckpointConfig.ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION)
    val trips: DataStream[Trip] = env.fromSource(TripSource(), marks, "trips")
    trips
      .keyBy(_.taxi)
      .window(EventTimeSessionWindows.withGap(Gap))
      .allowedLateness(Time.seconds(args(0).toInt))
      .reduce((a, b) => a)
      .setParallelism(8)
      .uid(classOf[Trip].getName)
    AsyncDataStream.orderedWait(trips, new Prices(), 1500, TimeUnit.MILLISECONDS)
    env.execute("trips")
  }
}

class Last extends KeyedProcessFunction[String, Trip, Trip] {
  override def open(parameters: Configuration): Unit = {
    val last = new ValueStateDescriptor[Trip]("last", classOf[Trip])
    last.enableTimeToLive(StateTtlConfig.newBuilder(Time.days(2)).setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite).build())
    state = getRuntimeContext.getState(last)
  }
  override def processElement(trip: Trip, ctx: Context, out: Collector[Trip]): Unit = {
    ctx.timerService().registerEventTimeTimer(trip.end + 60000)
  }
}

object Hails {
  def wire(hails: DataStream[Hail], sink: HailSink): Unit = {
    hails.keyBy(_.taxi).process(new Wait).uid("waits").shuffle.sinkTo(sink).uid("hails")
  }
}
