package org.example.parcel.notices

import org.apache.kafka.clients.consumer.ConsumerRecord
import org.springframework.kafka.annotation.KafkaListener
import org.springframework.stereotype.Component

@Component
class DelayListener(private val mailbox: Mailbox) {

    /** The record's position is the notice's id: a redelivered record sends no second mail. */
    @KafkaListener(topics = ["parcel.delays"])
    fun onDelay(record: ConsumerRecord<String, String>) {
        mailbox.sendOnce("${record.partition()}-${record.offset()}", record.value())
    }
}

interface Mailbox {
    fun sendOnce(noticeId: String, text: String)
}
