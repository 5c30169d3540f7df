using Minato.Server;

try
{
    DataDirectory.KeepFilesPrivate();
    var options = ServerOptions.Parse(args);
    await using var server = await MinatoServer.StartAsync(options);
    if (options.BannerArgument is { } argument) Console.WriteLine(Banner.Text(server.Installation, server.Running, options.DataDirectory, argument));
    await server.WaitAsync();
    return 0;
}
catch (ServerStartException e)
{
    Console.Error.WriteLine($"minato: {e.Message}");
    return 1;
}
