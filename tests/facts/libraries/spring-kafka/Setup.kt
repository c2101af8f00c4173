package shop

import org.springframework.context.annotation.Bean
import org.springframework.kafka.annotation.KafkaHandler
import org.springframework.kafka.annotation.KafkaListener
import org.springframework.kafka.annotation.RetryableTopic
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory
import org.springframework.kafka.core.ConsumerFactory
import org.springframework.kafka.listener.CommonLoggingErrorHandler
import org.springframework.kafka.listener.ContainerProperties
import org.springframework.kafka.support.Acknowledgment

class Setup {
    @Bean("orders")
    fun factory(consumers: ConsumerFactory<String, Order>) =
        ConcurrentKafkaListenerContainerFactory<String, Order>().apply {
            consumerFactory = consumers
            setConcurrency(4)
            containerProperties.ackMode = ContainerProperties.AckMode.RECORD
            setCommonErrorHandler(CommonLoggingErrorHandler())
        }
}

@RetryableTopic(attempts = "3")
@KafkaListener(topics = ["orders"], groupId = "billing", containerFactory = "orders")
class Listener(private val service: Service) {
    @KafkaHandler
    fun placed(order: Placed) = service.place(order)

    @KafkaHandler(isDefault = true)
    fun other(event: Any, ack: Acknowledgment) {
        service.note(event)
        ack.acknowledge()
    }
}

class Batches(private val service: Service) {
    @KafkaListener(topics = ["totals"], concurrency = "2", batch = "true")
    fun onTotals(totals: List<Total>) = service.sum(totals)
}
