using Minato.Engines.Scanner.Worker;

// Reads the layers of an image for its parent, in a process that can do nothing else. With --probe it tries what it must not be able to.
await using var input = Console.OpenStandardInput();
await using var output = Console.OpenStandardOutput();
return args is ["--probe"] ? await Probe.RunAsync(output) : await WorkerProgram.RunAsync(input, output);
