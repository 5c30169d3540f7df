using System.Text.Json;
using Minato.Bench;

// In-process measurements: what the network would hide. One argument, one JSON object on standard output.
object result = args switch
{
    ["policies"] => PolicyBench.Run(),
    ["placement"] => await PlacementBench.RunAsync(),
    ["tasks"] => await TaskBench.RunAsync(),
    _ => throw new ArgumentException("Minato.Bench placement|policies|tasks", nameof(args)),
};
Console.WriteLine(JsonSerializer.Serialize(result));
