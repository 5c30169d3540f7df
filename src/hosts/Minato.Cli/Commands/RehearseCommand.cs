using System.CommandLine;
using Minato.Cli.Deploying;
using Minato.Cli.Output;
using Minato.Cli.Rehearsing;
using Minato.Cli.Running;
using Minato.Rehearsal;

namespace Minato.Cli.Commands;

/// <summary>Shows what a deployment would do, by the scheduler's own planners on virtual time.</summary>
internal static class RehearseCommand
{
    private static readonly Argument<string?> Service = new("service") { Description = "Name of the service (not with --from).", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> TaskDefinition = new("--task-definition") { Description = "What to deploy (default: what the service has).", HelpName = "FAMILY[:REVISION]" };
    private static readonly Option<string[]> Image = new("--image") { Description = "This container with this image; nothing is registered.", HelpName = "NAME=IMAGE" };
    private static readonly Option<string> InCluster = new("--cluster") { Description = "Its cluster (default: default).", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    private static readonly Option<FileInfo?> From = new("--from") { Description = "Read service and task definitions from this file, without any server.", HelpName = "FILE" };
    private static readonly Option<FileInfo?> Save = new("--save") { Description = "Write to this file what was read, for --from.", HelpName = "FILE" };
    private static readonly Option<string[]> SecurityGroup = new("--security-group") { Description = "Security group of the tasks from the update on. May be repeated.", HelpName = "ID" };
    private static readonly Option<int?> Desired = new("--desired") { Description = "Another desired count.", HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("rehearse", "Shows in a moment what a deployment would do, and what if: fails when the deployment would.") { Service, TaskDefinition, Image, InCluster, From, Save, SecurityGroup, Desired };
        WhatIfOptions.AddTo(command);
        AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var whatIf = WhatIfOptions.Read(parsed);
        var input = await ReadAsync(parsed, ct);
        if (parsed.GetValue(Save) is { } file) RehearsalFile.Write(file.FullName, input);
        if (parsed.GetValue(Desired) is { } desired) input = input with { Service = input.Service with { DesiredCount = desired } };
        try
        {
            var result = Minato.Rehearsal.Rehearsal.Run(input, whatIf);
            if (parsed.GetValue(Options.Json)) Screen.Json(RehearsalPage.ToJson(result, whatIf.Seed));
            else RehearsalPage.Print(result);
            return result.IsSuccess ? 0 : 1;
        }
        catch (RehearsalException e)
        {
            throw new UserException(e.Message, exitCode: 2);
        }
    }

    private static async Task<RehearsalInput> ReadAsync(ParseResult parsed, CancellationToken ct)
    {
        var images = parsed.GetValue(Image) ?? [];
        if (parsed.GetValue(From) is { } file)
        {
            if (parsed.GetValue(TaskDefinition) is not null) throw new UserException("with --from the new task definition is in the file, as newTaskDefinition.");
            var read = RehearsalFile.Read(file.FullName);
            if (parsed.GetValue(SecurityGroup) is { Length: > 0 } groups) read = read with { SecurityGroupsAfter = [.. groups] };
            return read with { After = TaskDefinitionRevision.WithImages(read.After, images) };
        }

        var name = parsed.GetValue(Service) ?? throw new UserException("name the service to rehearse, or a file with --from.");
        using var aws = AwsAccess.Of(parsed);
        return await RehearsalReader.ReadAsync(aws, parsed.GetRequiredValue(InCluster), name, parsed.GetValue(TaskDefinition), images, [.. parsed.GetValue(SecurityGroup) ?? []], ct);
    }
}
