package shop

import java.util.function.Consumer
import org.springframework.cloud.stream.function.StreamBridge
import org.springframework.context.annotation.Bean

class Functions(private val bridge: StreamBridge) {
    @Bean
    fun orders(): Consumer<Order> = Consumer { order -> service.place(order) }
}
