package shop

import akka.kafka.scaladsl.{Committer, Consumer, Producer}
import akka.kafka.{CommitterSettings, ConsumerSettings, ProducerMessage, ProducerSettings, Subscriptions}
import akka.stream.RestartSettings
import akka.stream.scaladsl.{RestartSource, Sink}
import org.apache.kafka.clients.consumer.ConsumerConfig
import org.apache.kafka.clients.producer.ProducerRecord
import org.apache.kafka.common.serialization.{StringDeserializer, StringSerializer}

class Restarted(committerSettings: CommitterSettings) {
  private val consumerSettings = ConsumerSettings(system, new StringDeserializer, new StringDeserializer)
    .withGroupId("billing")
    .withProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest")
  private val producerSettings = ProducerSettings(system, new StringSerializer, new StringSerializer)
    .withProperty("acks", "1")

  def restarted() =
    RestartSource
      .onFailuresWithBackoff(restartSettings) { () =>
        Consumer
          .committableSource(consumerSettings, Subscriptions.topics("orders"))
          .mapAsyncUnordered(8)(msg => store.save(msg.record.value).map(_ => msg.committableOffset))
          .via(Committer.flow(committerSettings))
      }
      .runWith(Sink.ignore)

  def forwarded() =
    Consumer
      .committableSource(consumerSettings, Subscriptions.topics("orders"))
      .map(msg => ProducerMessage.single(new ProducerRecord("totals", msg.record.key, msg.record.value), msg.committableOffset))
      .toMat(Producer.committableSink(producerSettings, committerSettings))(DrainingControl.apply)
      .run()
}
