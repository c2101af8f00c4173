package shop;

import reactor.kafka.receiver.KafkaReceiver;
import reactor.kafka.receiver.ReceiverOptions;
import reactor.kafka.sender.KafkaSender;

class Orders {
  private final KafkaReceiver<String, Order> receiver;
  private final KafkaSender<String, Order> sender;

  void concurrent() {
    receiver.receive()
        .filter(record -> record.value() != null)
        .flatMap(record -> store.save(record.value()).thenReturn(record), 16)
        .doOnNext(record -> record.receiverOffset().acknowledge())
        .onErrorContinue((error, record) -> log.warn("skipped", error))
        .subscribe();
  }

  void inOrder(ReceiverOptions<String, Order> options) {
    KafkaReceiver.create(options).receiveAutoAck()
        .concatMap(batch -> batch.concatMap(record -> store.save(record.value())))
        .subscribe();
  }

  void onlyOnce() {
    receiver.receiveAtmostOnce().concatMap(record -> store.save(record.value())).subscribe();
  }

  void committed() {
    receiver.receive()
        .concatMap(record -> store.save(record.value()).then(record.receiverOffset().commit()))
        .subscribe();
  }

  ReceiverOptions<String, Order> options(ReceiverOptions<String, Order> options) {
    return options.addRevokeListener(partitions -> store.flush()).commitInterval(Duration.ofSeconds(1));
  }
}
