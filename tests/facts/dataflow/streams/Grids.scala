package org.example.meters

import java.time.Duration
import org.apache.kafka.streams.kstream.{JoinWindows, Materialized, SlidingWindows, Suppressed}
import org.apache.kafka.streams.scala.StreamsBuilder
import org.apache.kafka.streams.scala.kstream.{Consumed, Grouped, KStream, Produced, StreamJoined}

class Grids(name: String) {
  val Day: Duration = Duration.ofDays(1)
  def kept = Materialized.as[String, Long, ByteArrayWindowStore]("loads").withRetention(Day.multipliedBy(2))

  def build(builder: StreamsBuilder): Unit = {
    val loads: KStream[String, Load] = builder.stream[String, Load]("loads")(Consumed.`with`[String, Load])
    val tariffs = builder.table[String, Tariff]("tariffs")
    loads
      .selectKey((_, load) => load.grid)
      .groupByKey(Grouped.`with`("grids"))
      .windowedBy(SlidingWindows.ofTimeDifferenceWithNoGrace(Day))
      .count()(kept)
      .suppress(Suppressed.untilTimeLimit(Duration.ofMinutes(5), Suppressed.BufferConfig.unbounded()))
      .toStream
      .to(name)
    loads.join(loads)((a, b) => a, JoinWindows.of(Duration.ofSeconds(10)))
  }
}
