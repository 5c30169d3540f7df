using Minato.Aws.Generator;

// Turns models/<service>.json into C#: <out>/<Service>.g.cs, one file a model, and an index of them all. Files that would not change are left alone.
//   Minato.Aws.Generator OUT_DIR MODEL.json … [--index CLASS]
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Minato.Aws.Generator OUT_DIR MODEL.json … [--index CLASS]");
    return 2;
}

Directory.CreateDirectory(args[0]);
var index = Array.IndexOf(args, "--index") is var at and > 0 ? args[at + 1] : "AwsServices";
var models = args[1..].TakeWhile(a => a is not "--index").Select(Model.Read).OrderBy(m => m.Namespace, StringComparer.Ordinal).ToList();
foreach (var model in models) await WriteAsync($"{model.Namespace}.g.cs", new ServiceEmitter(model).Emit());
await WriteAsync($"{index}.g.cs", IndexEmitter.Emit(index, models));
// What a model gave that is gone would still be compiled.
var made = models.Select(m => $"{m.Namespace}.g.cs").Append($"{index}.g.cs").ToHashSet(StringComparer.Ordinal);
foreach (var file in Directory.EnumerateFiles(args[0], "*.g.cs").Where(f => !made.Contains(Path.GetFileName(f))).ToArray()) File.Delete(file);
return 0;

async Task WriteAsync(string name, string code)
{
    var target = Path.Combine(args[0], name);
    if (!File.Exists(target) || !string.Equals(await File.ReadAllTextAsync(target), code, StringComparison.Ordinal))
        await File.WriteAllTextAsync(target, code);
}
