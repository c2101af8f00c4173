package shop
import io.micronaut.configuration.kafka.annotation.*
@KafkaClient(acks = KafkaClient.Acknowledge.NONE)
interface Orders {
    @Topic("orders")
    fun place(@KafkaKey id: String, order: Order): Mono<Order>
}
class A(private val orders: Orders) {
    fun go(o: Order) { orders.place(o.id, o) }
}
