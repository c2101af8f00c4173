using System.Collections.Generic;

class Targets
{
    private readonly Settings field = new() { Acks = 1 };
    private Settings Property { get; } = new() { Acks = 2 };

    Settings Make()
    {
        Settings local = new("a") { Acks = 3 };
        var pairs = new Dictionary<string, string> { { "acks", "0" }, ["client.id"] = "raw" };
        _ = Save(pairs);
        return new() { Acks = 4 };
    }

    Settings Arrow => new() { Acks = 5 };

    async Task Save(object given) => await Task.Yield();
}
