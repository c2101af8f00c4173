package shop

import cats.effect.IO
import fs2.kafka._

class Totals(settings: ConsumerSettings[IO, String, Order]) {
  def inOrder =
    KafkaConsumer
      .stream(settings)
      .subscribeTo("orders")
      .records
      .mapAsync(25) { committable => store.save(committable.record.value).as(committable.offset) }
      .through(commitBatchWithin(500, 15.seconds))

  def unordered =
    KafkaConsumer.stream(settings).subscribeTo("orders").records
      .parEvalMapUnordered(25)(committable => store.save(committable.record.value).as(committable.offset))
      .through(commitBatchWithin(500, 15.seconds))

  def chunks =
    KafkaConsumer.stream(settings).subscribeTo("orders").consumeChunk { chunk => store.saveAll(chunk).as(CommitNow) }

  def single =
    KafkaConsumer.stream(settings).subscribeTo("orders").records.evalMap { c => c.offset.commit *> store.save(c.record.value) }
}
