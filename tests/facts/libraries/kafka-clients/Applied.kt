package shop
import org.apache.kafka.clients.producer.*
fun run(a: Map<String, String>) {
    val props = Properties().apply { put(ProducerConfig.ACKS_CONFIG, "1"); put("retries", "2") }
    val other = Properties().apply { putAll(a); put(ProducerConfig.ACKS_CONFIG, "0") }
    KafkaProducer<String, String>(props)
    KafkaProducer<String, String>(other)
    KafkaProducer<String, String>(HashMap(a).also { it["acks"] = "all" })
}
