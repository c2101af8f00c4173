package shop

import reactor.kafka.receiver.KafkaReceiver

class Orders(private val receiver: KafkaReceiver<String, Order>) {
    fun run() = receiver.receive()
        .flatMapSequential { record -> store.save(record.value()).thenReturn(record.receiverOffset()) }
        .doOnNext { it.acknowledge() }
        .subscribe()
}
