const Kafka = require("node-rdkafka");
const { save, report } = require("./store");

const consumer = new Kafka.KafkaConsumer(
  { "group.id": "billing", "metadata.broker.list": "a:9092", "enable.auto.offset.store": false, rebalance_cb: true },
  { "auto.offset.reset": "earliest" },
);

consumer.on("ready", () => {
  consumer.subscribe(["orders"]);
  consumer.consume();
});
consumer.on("data", async (message) => {
  await save(message.value);
  consumer.offsetsStore([{ topic: message.topic, partition: message.partition, offset: message.offset + 1 }]);
});
consumer.connect();

function batches() {
  const other = new Kafka.KafkaConsumer({ "group.id": "batches", "enable.auto.commit": false }, {});
  other.consume(100, (error, messages) => {
    for (const message of messages) {
      save(message.value);
    }
    other.commit();
  });
}

const producer = new Kafka.Producer({ "metadata.broker.list": "a:9092", acks: 1, dr_cb: true });
producer.setPollInterval(100);
producer.on("delivery-report", (error) => {
  if (error) report(error);
});

function announce(order) {
  producer.produce("announcements", null, Buffer.from(order.text), order.id, Date.now());
}

const careful = new Kafka.HighLevelProducer({ "request.required.acks": -1 });

function invoice(order) {
  careful.produce("invoices", null, Buffer.from(order.text), order.id, Date.now(), (error) => {
    if (error) report(error);
  });
}

process.on("SIGTERM", () => {
  producer.flush(10000, () => producer.disconnect());
  consumer.disconnect();
});
