package shop

import akka.kafka.scaladsl.{Committer, Consumer, Producer}
import akka.kafka.{ConsumerSettings, Subscriptions}

class Totals(settings: ConsumerSettings[String, String]) {
  def inOrder() =
    Consumer
      .committableSource(settings, Subscriptions.topics("orders"))
      .mapAsync(4)(msg => store.save(msg.record.value).map(_ => msg.committableOffset))
      .via(Committer.flow(committerSettings))
      .runWith(Sink.ignore)

  def unordered() = {
    val source = Consumer.committableSource(settings, Subscriptions.topics("orders"))
    source
      .mapAsyncUnordered(4) { msg => store.save(msg.record.value).map(_ => msg.committableOffset) }
      .recover { case _ => fallback }
      .toMat(Committer.sink(committerSettings))(DrainingControl.apply)
      .run()
  }

  def never() =
    Consumer.plainSource(settings, Subscriptions.topics("orders")).mapAsync(1)(record => store.save(record.value)).runWith(Sink.ignore)

  def before() =
    Consumer.atMostOnceSource(settings, Subscriptions.topics("orders")).mapAsync(1)(record => store.save(record.value)).run()
}
