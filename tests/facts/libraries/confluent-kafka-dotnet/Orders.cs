using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.Orders;

public sealed class OrdersWorker : BackgroundService
{
    private readonly ILogger<OrdersWorker> _logger;
    private readonly IStore _store;
    private readonly IConsumer<string, string> _consumer;

    public OrdersWorker(ILogger<OrdersWorker> logger, IStore store)
    {
        _logger = logger;
        _store = store;
        var config = new ConsumerConfig
        {
            BootstrapServers = "kafka:9092",
            GroupId = "billing",
            AutoOffsetReset = AutoOffsetReset.Latest,
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            IsolationLevel = IsolationLevel.ReadUncommitted,
        };
        config.SessionTimeoutMs = 45000;
        config.Set("fetch.wait.max.ms", "100");
        _consumer = new ConsumerBuilder<string, string>(config)
            .SetErrorHandler((_, error) => _logger.LogError("{Reason}", error.Reason))
            .SetPartitionsRevokedHandler((consumer, partitions) => consumer.Commit(partitions))
            .Build();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _consumer.Subscribe("orders");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var result = _consumer.Consume(stoppingToken);
                var order = result.Message.Value;
                await _store.SaveAsync(order);
                _consumer.StoreOffset(result);
                Notify(order);
            }
            catch (ConsumeException error)
            {
                _logger.LogError(error, "not read");
            }
        }
        _consumer.Close();
    }

    private async Task Notify(string order)
    {
        await Task.Delay(1);
    }
}

public sealed class Batches
{
    public void Run(CancellationToken token)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { GroupId = "batches", EnableAutoCommit = false }).Build();
        consumer.Assign(new TopicPartitionOffset("orders", 0, Offset.Beginning));
        while (true)
        {
            var cr = consumer.Consume(TimeSpan.FromSeconds(1));
            if (cr is null) continue;
            Task.Run(() => Work(cr.Message.Value));
            consumer.Commit(cr);
        }
    }
}

public sealed class Invoices : IDisposable
{
    private readonly IProducer<string, string> _producer;

    public Invoices()
    {
        ProducerConfig settings = new()
        {
            BootstrapServers = "kafka:9092",
            Acks = Acks.Leader,
            EnableIdempotence = false,
            MaxInFlight = 5,
            MessageSendMaxRetries = 3,
            CompressionType = CompressionType.Lz4,
        };
        settings.LingerMs = 5;
        _producer = new ProducerBuilder<string, string>(settings).Build();
    }

    public async Task<Offset> Send(Order order)
    {
        var done = await _producer.ProduceAsync("invoices", new Message<string, string> { Key = order.Id, Value = order.Text });
        return done.Offset;
    }

    public void Announce(Order order)
    {
        _producer.Produce("announcements", new Message<string, string> { Key = order.Id, Value = order.Text }, report =>
        {
            if (report.Error.IsError) Alarm(report.Error);
        });
    }

    public void Forget(Order order)
    {
        _producer.Produce("announcements", new Message<string, string> { Value = order.Text });
        _ = _producer.ProduceAsync("announcements", new Message<string, string> { Value = order.Text });
    }

    public void Transfer(IConsumer<string, string> consumer)
    {
        _producer.InitTransactions(TimeSpan.FromSeconds(10));
        _producer.BeginTransaction();
        _producer.SendOffsetsToTransaction(new List<TopicPartitionOffset>(), consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(10));
        _producer.CommitTransaction();
    }

    public void Dispose()
    {
        _producer.Flush(TimeSpan.FromSeconds(10));
        _producer.Dispose();
    }
}

public static class Raw
{
    public static IProducer<Null, byte[]> Make() =>
        new ProducerBuilder<Null, byte[]>(new Dictionary<string, string> { { "acks", "0" }, ["client.id"] = "raw" }).Build();

    public static void Once(ProducerConfig config, Headers headers)
    {
        var counts = new Dictionary<string, int> { { "orders", 1 }, { Names.First, 2 } };
        headers.Add("source", counts);
        var builder = new ProducerBuilder<Null, string>(config);
        using var producer = builder.Build();
        producer.Produce("once", new Message<Null, string> { Value = "x", Headers = headers });
        producer.Flush();
    }
}
