using System;
using System.Threading.Tasks;
using KafkaFlow;
using KafkaFlow.Producers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Orders;

public static class Startup
{
    private const string Topic = "orders";

    public static void Configure(IServiceCollection services)
    {
        services.AddKafka(kafka => kafka
            .AddCluster(cluster => cluster
                .WithBrokers(new[] { "kafka:9092" })
                .CreateTopicIfNotExists(Topic, 6, 1)
                .AddProducer("invoices", producer => producer
                    .DefaultTopic("invoices")
                    .WithAcks(Acks.Leader)
                    .WithLingerMs(5))
                .AddConsumer(consumer => consumer
                    .Topic(Topic)
                    .WithGroupId("billing")
                    .WithBufferSize(100)
                    .WithWorkersCount(10)
                    .WithAutoOffsetReset(AutoOffsetReset.Latest)
                    .WithAutoCommitIntervalMs(1000)
                    .WithManualMessageCompletion()
                    .AddMiddlewares(middlewares => middlewares
                        .Add<Audit>()
                        .AddTypedHandlers(handlers => handlers.AddHandler<Orders>())))));
    }
}

public sealed class Orders : IMessageHandler<Order>
{
    private readonly IStore _store;
    private readonly ILogger<Orders> _logger;
    private readonly IMessageProducer _invoices;

    public Orders(IStore store, ILogger<Orders> logger, IProducerAccessor producers)
    {
        _store = store;
        _logger = logger;
        _invoices = producers.GetProducer("invoices");
    }

    public async Task Handle(IMessageContext context, Order order)
    {
        context.ConsumerContext.Complete();
        try
        {
            await _store.SaveAsync(order);
        }
        catch (Exception error)
        {
            _logger.LogError(error, "not saved");
        }
        await _invoices.ProduceAsync(order.Id, order);
        _invoices.ProduceAsync("audit", order.Id, order);
        await _invoices.BatchProduceAsync(new[] { new BatchProduceItem("audit", order.Id, order, null) });
        _invoices.Produce("audit", order.Id, order, null, report => Alarm(report.Error));
    }
}

public sealed class Audit : IMessageMiddleware
{
    public async Task Invoke(IMessageContext context, MiddlewareDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception)
        {
            context.ConsumerContext.AutoMessageCompletion = false;
            var consumer = _consumers[context.ConsumerContext.ConsumerName];
            consumer.Pause(consumer.Assignment);
        }
    }
}
