package shop

import zio.kafka.consumer.{Consumer, Subscription}
import zio.kafka.serde.Serde

class Totals {
  def inOrder =
    Consumer
      .plainStream(Subscription.topics("orders"), Serde.string, Serde.string)
      .mapZIO(record => store.save(record.value).as(record.offset))
      .aggregateAsync(Consumer.offsetBatches)
      .mapZIO(_.commit)
      .runDrain

  def unordered =
    Consumer.plainStream(Subscription.topics("orders"), Serde.string, Serde.string)
      .mapZIOParUnordered(8)(record => store.save(record.value).as(record.offset))
      .aggregateAsync(Consumer.offsetBatches)
      .mapZIO(_.commit)
      .runDrain
}
