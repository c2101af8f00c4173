package org.example.parcel.notices

import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.kafka.core.KafkaTemplate
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer
import org.springframework.kafka.listener.DefaultErrorHandler
import org.springframework.kafka.support.ExponentialBackOffWithMaxRetries

@Configuration
class KafkaSetup {

    /** Three retries within seven seconds, then the notice waits in `parcel.delays-dlt` for a human. */
    @Bean
    fun errorHandler(template: KafkaTemplate<String, String>): DefaultErrorHandler {
        val backOff = ExponentialBackOffWithMaxRetries(3)
        backOff.initialInterval = 1_000
        backOff.multiplier = 2.0
        return DefaultErrorHandler(DeadLetterPublishingRecoverer(template), backOff)
    }
}
