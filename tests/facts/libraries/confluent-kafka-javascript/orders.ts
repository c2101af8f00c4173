import { KafkaJS, KafkaConsumer } from "@confluentinc/kafka-javascript";
import { save } from "./store";

const { Kafka, CompressionTypes } = KafkaJS;

const kafka = new Kafka({ kafkaJS: { clientId: "orders", brokers: ["a:9092"], retry: { retries: 2 } } });
const consumer = kafka.consumer({
  kafkaJS: { groupId: "billing", fromBeginning: false, autoCommit: false },
  "max.poll.interval.ms": 600000,
});
const producer = kafka.producer({ kafkaJS: { acks: 1, compression: CompressionTypes.LZ4, idempotent: false }, "linger.ms": 0 });

export async function main(): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: ["orders"] });
  await consumer.run({
    partitionsConsumedConcurrently: 3,
    eachMessage: async ({ topic, partition, message }) => {
      await save(message.value);
      await consumer.commitOffsets([{ topic, partition, offset: (Number(message.offset) + 1).toString() }]);
    },
  });
}

export async function batches(): Promise<void> {
  const batched = new KafkaJS.Kafka({}).consumer({ kafkaJS: { groupId: "batches" } });
  await batched.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
      for (const message of batch.messages) {
        if (!isRunning() || isStale()) break;
        await save(message.value);
        resolveOffset(message.offset);
        await heartbeat();
      }
    },
  });
}

export async function announce(orders: Order[]): Promise<void> {
  await producer.sendBatch({ topicMessages: [{ topic: "announcements", messages: orders.map((o) => ({ value: o.id })) }] });
  producer.send({ topic: "audit", messages: [{ key: orders[0].id, value: orders[0].text }] });
  await producer.flush({ timeout: 5000 });
  await producer.disconnect();
}

const native = new KafkaConsumer({ "group.id": "native", "enable.auto.commit": false }, {});

native.on("data", (message) => {
  native.commitMessage(message);
  save(message.value);
});
