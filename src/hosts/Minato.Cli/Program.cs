using System.CommandLine;
using Minato.Cli;
using Minato.Cli.Commands;
using Minato.Cli.Output;
using Minato.Cli.Running;

// What the user meets: every command either does its work or says in one line what is wrong and what to do next.
var root = new RootCommand("Minato runs Amazon ECS, and what an ECS deployment stands on, on this machine.")
{
    UpCommand.Create(), DownCommand.Create(), EnvCommand.Create(), DemoCommand.Create(), StatusCommand.Create(),
    LogsCommand.Create(), EventsCommand.Create(), WhyCommand.Create(), DeployCommand.Create(), RehearseCommand.Create(), PlanCommand.Create(),
    MigrateCommand.Create(), FunctionCommand.Create(), ExecCommand.Create(), SpotCommand.Create(), ResetCommand.Create(), InstancesCommand.Create(),
    CaCommand.Create(), IamCommand.Create(), RegistryCommand.Create(),
    ScanCommand.Create(), LintCommand.Create(),
};
root.Add(Options.Test());
Options.AddShared(root);
try
{
    return await root.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = ServerProcess.StopLimit });
}
catch (UserException e)
{
    Screen.Error(e.Message);
    return e.ExitCode;
}
catch (Minato.Server.ServerStartException e)
{
    Screen.Error(e.Message);
    return 1;
}
catch (Minato.Migration.MigrationException e)
{
    Screen.Error(e.Message);
    return 1;
}
catch (Minato.Aws.AwsException e)
{
    Screen.Error($"{e.Code}: {e.Message}");
    return 1;
}
catch (Minato.Engines.Containers.EngineUnavailableException e)
{
    Screen.Error(e.Message);
    return 1;
}
catch (HttpRequestException e)
{
    Screen.Error($"the server does not answer: {e.Message}");
    return 1;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Screen.Error(e.Message);
    return 1;
}
catch (OperationCanceledException e) when (e.InnerException is TimeoutException)
{
    Screen.Error($"the server does not answer: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
