package org.example.alerts

import org.springframework.kafka.annotation.KafkaListener
import org.springframework.kafka.core.KafkaTemplate
import org.springframework.kafka.support.Acknowledgment
import org.springframework.stereotype.Component

@Component
class AlertListener(
    private val store: AlertStore,
    private val kafkaTemplate: KafkaTemplate<String, String>,
) {
    @KafkaListener(topics = ["suspicious-payments"], groupId = "alerts")
    fun onPayment(payment: SuspiciousPayment, acknowledgment: Acknowledgment) {
        store.save(payment)
        kafkaTemplate.send("alerts", payment.accountId, payment.summary()).get()
        acknowledgment.acknowledge()
    }
}
