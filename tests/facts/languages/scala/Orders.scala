package org.example.parcel

import org.apache.kafka.clients.producer.{KafkaProducer => Sender, ProducerRecord}
import org.apache.kafka.streams._
import java.util.Properties, scala.util.control.NonFatal

/** Counts parcels. */
trait Counts

object Orders extends App with Counts {
  private val log = Logger("orders")
  lazy val retries: Int = 3

  def settings(acks: String): Properties = {
    val props = new Properties()
    props.put("acks", acks) // weak
    props.put(ProducerConfig.RETRIES_CONFIG, 10_000L)
    props
  }

  @Scheduled(cron = "0 * * * *", zone = "UTC")
  def send(parcel: Parcel)(implicit ec: ExecutionContext): Unit = {
    try {
      producer.send(new ProducerRecord[String, Parcel]("parcels", parcel.id, parcel))
    } catch {
      case e: TimeoutException => log.warn("late", e)
      case NonFatal(other) => throw other
    } finally producer.flush()
  }
}

case class Parcel(id: String, weight: Double = 1.0)

class Loop(consumer: Consumer[String, String], sink: Sink) extends Runnable {
  var count = 0

  override def run(): Unit = {
    while (running) {
      val records = consumer.poll(Duration.ofMillis(100))
      records.forEach { record =>
        sink.write(record.value())
      }
      for (r <- records.asScala if r.key != null) {
        count += 1
      }
      if (count > 10) consumer.commitSync() else return
      count match {
        case 0 => pause()
        case _ => go()
      }
    }
  }
}

def topology(builder: StreamsBuilder): Topology =
  builder
    .stream[String, String]("parcels")
    .mapValues(_.trim)
    .filter((_, v) => v.nonEmpty)
    .to("clean")
