package shop;

import static org.apache.kafka.clients.producer.ProducerConfig.ACKS_CONFIG;
import org.apache.kafka.clients.producer.*;

@Component
public class Orders extends Base<String> implements Callback, Runnable {
    private static final long WAIT = 10_000L;
    @Value("${topic}") private volatile String topic = "orders";
    int[] small = {1, (short) 2, -1};

    Orders(Map<String, Object> given) {
        super(given);
        Properties props = new Properties();
        props.put(ACKS_CONFIG, "all");
        this.producer = new KafkaProducer<String, Order>(props);
    }

    @KafkaListener(topics = {"a", "b"}, groupId = "g")
    public void listen(final ConsumerRecord<String, Order> record, Object... rest) throws IOException {
        try (var consumer = open(); Reader reader = new Reader()) {
            while (running.get()) {
                for (var one : consumer.poll(Duration.ofMillis(100))) {
                    if (one.key() == null) continue;
                    else save(one);
                    count++;
                    table[3] += 2;
                }
            }
        } catch (KafkaException | IOException e) {
            throw new IllegalStateException("lost \"it\"", e);
        } finally {
            close(); // always
        }
    }

    Future<?> send(Order order) {
        producer.send(new ProducerRecord<>(topic, order), new Callback() {
            final int tries = 3;
            @Override public void onCompletion(RecordMetadata meta, Exception error) { log.warn("x", error); }
        });
        var future = producer.send(record(order), (meta, error) -> log.info("done"));
        producer.send(record(order), this::done).get();
        stream
            .map(Order::id)
            /* the key */
            .uid("x")
            .filter(o -> { return o.ok(); });
        String sql = """
            SELECT "a"
              FROM b\
             WHERE c = 'd'
            """;
        switch (order.kind()) {
            case NEW -> flush();
            default -> { break; }
        }
        Object cast = (Order) read();
        int either = order.ok() ? first() : second();
        synchronized (this) { do { tick(); } while (more()); }
        return producer.<Order>submit(order);
    }

    record Line(String sku, int count) implements Item {}

    enum Kind { NEW, OLD; void touch() { hit(); } }
}
