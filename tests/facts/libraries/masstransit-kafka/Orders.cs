using System;
using System.Threading.Tasks;
using Confluent.Kafka;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Orders;

public static class Startup
{
    public static void Configure(IServiceCollection services)
    {
        var config = new ConsumerConfig { GroupId = "audit" };
        services.AddMassTransit(x =>
        {
            x.UsingInMemory();
            x.AddRider(rider =>
            {
                rider.AddConsumer<OrderConsumer>();
                rider.AddProducer<string, Invoice>("invoices", (context, producer) => producer.SetValueSerializer(new JsonSerializer()));
                rider.AddProducer<Order>("orders-copy");
                rider.UsingKafka((context, k) =>
                {
                    k.Host("kafka:9092");
                    k.Acks = Acks.Leader;
                    k.TopicEndpoint<Order>("orders", "billing", e =>
                    {
                        e.AutoOffsetReset = AutoOffsetReset.Latest;
                        e.CheckpointInterval = TimeSpan.FromSeconds(10);
                        e.ConcurrentDeliveryLimit = 10;
                        e.UseMessageRetry(r => r.Immediate(3));
                        e.ConfigureConsumer<OrderConsumer>(context);
                    });
                    k.TopicEndpoint<Order>("audit", config, e => e.ConfigureConsumer<OrderConsumer>(context));
                    k.TopicEndpoint<string, Refund>("refunds", new ConsumerConfig { GroupId = "refunds", AutoOffsetReset = AutoOffsetReset.Earliest }, e =>
                    {
                        e.ConfigureConsumer<OrderConsumer>(context);
                    });
                });
            });
        });
    }
}

public static class Tool
{
    public static async Task Copy(ITestHarness harness, Order order)
    {
        var copies = harness.Provider.GetRequiredService<ITopicProducer<Order>>();
        await copies.Produce(order, harness.CancellationToken);
        var producer = harness.GetProducer<Order>();
        await producer.Produce(order, harness.CancellationToken);
    }
}

public sealed class OrderConsumer : IConsumer<Order>
{
    private readonly ITopicProducer<string, Invoice> _producer;
    private readonly ILogger<OrderConsumer> _logger;
    private readonly IStore _store;

    public OrderConsumer(ITopicProducer<string, Invoice> producer, ILogger<OrderConsumer> logger, IStore store)
    {
        _producer = producer;
        _logger = logger;
        _store = store;
    }

    public async Task Consume(ConsumeContext<Order> context)
    {
        try
        {
            await _store.SaveAsync(context.Message);
        }
        catch (Exception error)
        {
            _logger.LogError(error, "not saved");
        }
        await _producer.Produce(context.Message.Id, new Invoice(context.Message));
        _producer.Produce(context.Message.Id, new Invoice(context.Message));
    }
}
