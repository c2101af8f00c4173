package shop

import org.apache.kafka.clients.consumer.ConsumerConfig
import org.springframework.kafka.annotation.DltHandler
import org.springframework.kafka.annotation.KafkaListener
import org.springframework.kafka.annotation.RetryableTopic
import org.springframework.kafka.retrytopic.DltStrategy
import org.springframework.retry.annotation.Backoff
import org.springframework.scheduling.annotation.Async

class Tuned {
    @RetryableTopic(attempts = "4", backoff = Backoff(delay = 1000), dltStrategy = DltStrategy.NO_DLT)
    @KafkaListener(
        topics = ["orders"],
        groupId = "billing",
        properties = ["max.poll.interval.ms=600000", ConsumerConfig.AUTO_OFFSET_RESET_CONFIG + "=latest", "isolation.level: read_committed"],
    )
    fun onOrder(order: Order) {
        store.save(order)
    }

    @Async
    @KafkaListener(topics = ["audit"], groupId = "audit", concurrency = "3", containerFactory = "batchFactory")
    fun onAudit(orders: List<Order>) {
        store.note(orders)
    }

    @DltHandler
    fun onDead(order: Order) {
        log.error("dead {}", order)
    }
}
