package shop

import org.apache.kafka.clients.producer.KafkaProducer as Client
import org.apache.kafka.clients.consumer.*

const val WAIT = 10_000L

@Component
class Orders(private val props: Map<String, Any>, count: Int) : Base<String>(props), Runnable {
    @Value("topic") private lateinit var topic: String
    val config = mapOf("acks" to "all", ProducerConfig.RETRIES_CONFIG to -1)

    @KafkaListener(topics = ["a", "b"], groupId = "g")
    suspend fun listen(record: ConsumerRecord<String, Order?>, rest: Int = 3): Int {
        val producer = Client<String, Order>(props)
        props[ProducerConfig.ACKS_CONFIG] = "all"
        while (running) {
            try {
                for (one in consumer.poll(Duration.ofMillis(100))) save(one)
                if (done) break
                continue
            } catch (e: KafkaException) {
                throw IllegalStateException("lost", e)
            } finally {
                close() // always
            }
        }
        if (ready) start() else stop()
        consumer.use { c -> c.commitSync() }
        this.count += 1
        seen++
        return send(topic = "orders", value = "a $record")
    }

    fun one() = producer.send(ProducerRecord("orders", null))

    fun send(): Unit {
        producer.send(record) { meta, error -> log(error) }
        list.map(Order::id).forEach { println(it) }
        stream
            .map(::id)
            /* the key */
            .uid("x")
        val callback = object : Callback {
            override fun onCompletion(meta: RecordMetadata?, error: Exception?) { warn(error!!) }
        }
        val sql = """
            SELECT "a"
        """
        val dollar = "costs \$5\n"
        client?.flush()
        val found = find() ?: return
        val kind = when (order.kind) {
            Kind.NEW -> flush()
            else -> drop()
        }
    }

    companion object {
        private val log = logger()
    }
}

object Registry {
    var size = 0
}
