/** Counts parcels. */
import { Kafka, type Consumer, logLevel as level } from 'kafkajs';
import * as fs from "fs";
import config from './config';
import type { Store } from './store';
import './metrics';
import legacy = require('legacy');
const { Producer } = require('node-rdkafka');
export { helper } from './helper';

enum State { Idle, Busy }

interface Handler<T> extends Closable {
  handle(message: T): Promise<void>;
}

@Controller('parcels')
export class Orders<T> extends Base<T> implements Handler<T>, Closable {
  private readonly consumer: Consumer = new Kafka({ clientId: 'orders', brokers: ['a:9092'] }).consumer({ groupId: 'parcels' });
  static tries = 3;

  constructor(private store: Store, acks = -1) {
    super();
    this.acks = acks;
  }

  @EventPattern('parcels')
  async handle(message: T): Promise<void> {
    try {
      await this.store.put(message!.key as string);
    } catch (e) {
      console.error(e); // swallowed
    } finally {
      this.done();
    }
  }

  async run(): Promise<void> {
    await this.consumer.subscribe({ topic: `parcels`, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, message }) => {
        this.handle(message);
      },
    });
    const result = await this.producer?.send({ topic: 'clean', acks: 1, messages: [{ key: null, value: `x${1}` }] });
    for (const one of result ?? []) {
      if (one.errorCode) throw new Error("lost");
      else continue;
    }
    for (let i = 0; i < 3; i++) { tick(i) }
    while (true) { break }
    switch (result.length) {
      case 0: return;
      default: next();
    }
    this.count += 1;
    this.map["a"] = 1_000;
    items.forEach(item => send(item));
  }

  get size(): number { return 1; }
}

export const start = async (topic: string): Promise<void> => {
  await legacy(topic);
};

export default function stop(): void {}

namespace Inner {
  export function go() { start("a"); }
}
