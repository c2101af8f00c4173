// Counts parcels.
using System;
using Confluent.Kafka;
using static System.Math;
using Reg = Confluent.SchemaRegistry;

namespace Parcel.Tracking
{
    public interface IStore { Task Put(string key); }

    public record Scan(string Id, int Weight = 1);

    public enum State { Idle, Busy }

    /// <summary>Reads parcels.</summary>
    [Service("orders", Scope = "app")]
    public class Orders : BackgroundService, IDisposable
    {
        private readonly IConsumer<string, string> consumer;
        private static int tries = 3;
        public string Topic { get; set; } = "parcels";
        public int Size => Compute(1);

        public Orders(ILogger<Orders> log, string acks = "all") : base(log)
        {
            var config = new ConsumerConfig { GroupId = "parcels", EnableAutoCommit = false, ["acks"] = "1" };
            consumer = new ConsumerBuilder<string, string>(config).SetErrorHandler((_, e) => log.Error(e.Reason)).Build();
        }

        protected override async Task ExecuteAsync(CancellationToken token)
        {
            while (!token.IsCancellationRequested)
            {
                try
                {
                    var result = consumer.Consume(token);
                    await store.Put(result.Message.Key);
                    consumer?.Commit(result);
                }
                catch (ConsumeException e) when (e.Error.IsFatal)
                {
                    throw;
                }
                catch (Exception)
                {
                    continue; // swallowed
                }
                finally
                {
                    Done();
                }
            }
            foreach (var one in results) { Use(one); }
            using (var scope = Begin()) { tries++; }
            if (tries > 3) return; else Retry();
            switch (tries) { case 1: Go(); break; default: Stop(); break; }
            int Local(int x) => x + 1;
            Dictionary<string, string> map = new() { { "a", "b" } };
            map["acks"] = "1";
        }

        ~Orders() { consumer.Close(); }
    }
}
