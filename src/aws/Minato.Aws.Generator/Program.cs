using Minato.Aws.Generator;

// Turns models/<service>.json into C#: <out>/<Service>.g.cs, one file a model. Files that would not change are left alone.
//   Minato.Aws.Generator OUT_DIR MODEL.json …
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Minato.Aws.Generator OUT_DIR MODEL.json …");
    return 2;
}

Directory.CreateDirectory(args[0]);
foreach (var path in args[1..])
{
    var model = Model.Read(path);
    var target = Path.Combine(args[0], $"{model.Namespace}.g.cs");
    var code = new ServiceEmitter(model).Emit();
    if (!File.Exists(target) || !string.Equals(await File.ReadAllTextAsync(target), code, StringComparison.Ordinal))
        await File.WriteAllTextAsync(target, code);
}

return 0;
