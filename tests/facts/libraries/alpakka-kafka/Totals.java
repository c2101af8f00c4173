package shop;

import org.apache.pekko.kafka.ConsumerSettings;
import org.apache.pekko.kafka.Subscriptions;
import org.apache.pekko.kafka.javadsl.Committer;
import org.apache.pekko.kafka.javadsl.Consumer;

class Totals {
  void run(ConsumerSettings<String, String> settings) {
    Consumer.committableSource(settings, Subscriptions.topics("orders"))
        .filter(msg -> msg.record().value() != null)
        .mapAsync(1, msg -> store.save(msg.record().value()).thenApply(done -> msg.committableOffset()))
        .toMat(Committer.sink(committerSettings), Consumer::createDrainingControl)
        .run(system);
  }
}
