import { Kafka, CompressionTypes, logLevel } from "kafkajs";
import { save, report } from "./store";

const kafka = new Kafka({ clientId: "orders", brokers: ["a:9092"], logLevel: logLevel.INFO });
const consumer = kafka.consumer({ groupId: "billing", sessionTimeout: 20000, retry: { retries: 3 } });
const producer = kafka.producer({ idempotent: false, maxInFlightRequests: 5 });

export async function main(): Promise<void> {
  await consumer.connect();
  await producer.connect();
  await consumer.subscribe({ topics: ["orders"], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      const order = JSON.parse(message.value!.toString());
      await consumer.commitOffsets([{ topic, partition, offset: (Number(message.offset) + 1).toString() }]);
      await save(order);
      notify(order);
    },
  });
}

async function notify(order: Order): Promise<void> {
  await producer.send({
    topic: "invoices",
    acks: 1,
    compression: CompressionTypes.GZIP,
    messages: [{ key: order.id, value: JSON.stringify(order) }],
  });
}

export function announce(order: Order): void {
  producer.send({ topic: "announcements", messages: [{ value: order.id }] }).catch((error) => report(error));
}

export function forget(order: Order): void {
  producer.send({ topic: "announcements", messages: [{ value: order.id }] });
}

export class Batches {
  private readonly batches = new Kafka({ brokers: ["a:9092"] }).consumer({ groupId: "batches" });

  async start(): Promise<void> {
    await this.batches.run({ eachBatchAutoResolve: false, eachBatch: this.handle });
  }

  async handle({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    for (const message of batch.messages) {
      await save(message.value);
      resolveOffset(message.offset);
      await heartbeat();
    }
    await commitOffsetsIfNecessary();
  }

  async stop(): Promise<void> {
    await this.batches.disconnect();
  }
}
