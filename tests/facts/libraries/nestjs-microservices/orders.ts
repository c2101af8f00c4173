import { Controller, Inject, Logger } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ClientKafka, ClientsModule, Ctx, EventPattern, KafkaContext, MessagePattern, MicroserviceOptions, Payload, Transport } from "@nestjs/microservices";
import { lastValueFrom } from "rxjs";
import { AppModule } from "./app.module";

export const clients = ClientsModule.register([
  {
    name: "ORDERS",
    transport: Transport.KAFKA,
    options: { client: { clientId: "orders", brokers: ["a:9092"] }, producer: { idempotent: false }, send: { acks: 1 } },
  },
]);

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.connectMicroservice<MicroserviceOptions>({ transport: Transport.REDIS, options: { host: "r" } });
  app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.KAFKA,
    options: {
      client: { brokers: ["a:9092"] },
      consumer: { groupId: "billing", sessionTimeout: 20000 },
      subscribe: { fromBeginning: false },
      run: { autoCommit: false },
    },
  });
  await app.startAllMicroservices();
}

@Controller()
export class Orders {
  private readonly logger = new Logger(Orders.name);

  constructor(@Inject("ORDERS") private readonly client: ClientKafka) {}

  @EventPattern("orders")
  async onOrder(@Payload() order: Order, @Ctx() context: KafkaContext): Promise<void> {
    try {
      await this.save(order);
    } catch (error) {
      this.logger.error(error);
    }
    const { offset } = context.getMessage();
    await context.getConsumer().commitOffsets([{ topic: context.getTopic(), partition: context.getPartition(), offset }]);
  }

  @MessagePattern("quotes")
  async onQuote(@Payload() quote: Quote) {
    this.client.emit("announcements", { key: quote.id, value: quote });
    await this.client.emit("audit", quote);
    await lastValueFrom(this.client.emit("audit", quote));
    return this.client.send("prices", { id: quote.id });
  }

  async save(order: Order): Promise<void> {}
}
